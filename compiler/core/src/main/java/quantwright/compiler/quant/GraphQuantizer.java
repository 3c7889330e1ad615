package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Builds the QUANT graph of a normalized float graph from the ranges of its values. Model inputs and outputs stay as they
 * were; Quantize and Dequantize stand where float and integer meet. Every value keeps the name of the float value it stands
 * for.
 */
public final class GraphQuantizer {
    /** What the name of a layer's raw sums adds to the layer's, where a step of its own makes reals of them. */
    public static final String SUMS = ".sum";
    private final Graph source;
    private final CalibrationStatistics statistics;
    private final QuantizationPlan plan;
    private final QuantizationOptions options;
    private final Graph target;
    private final Map<Value, Value> floats = new HashMap<>();
    private final Map<Value, Value> integers = new HashMap<>();
    private final Map<Node, Node> layers = new LinkedHashMap<>();

    private GraphQuantizer(Graph source, CalibrationStatistics statistics, QuantizationOptions options) {
        this.source = source;
        this.statistics = statistics;
        options.precision().check(source);
        this.plan = QuantizationPlan.of(source, statistics.ranges(new RangeSelector(options.method(), options.percentile(),
                1 << ActivationBits.A8.bits()), RangeUse.of(source)), statistics.extremes(), options);
        this.options = options;
        this.target = new Graph(source.name(), Level.QUANT);
    }

    /**
     * Quantizes a graph.
     *
     * @param source normalized float graph whose values all have names
     * @param statistics of its activations, by name
     * @return a new QUANT graph
     */
    public static Graph quantize(Graph source, CalibrationStatistics statistics, QuantizationOptions options) {
        return quantizeLayers(source, statistics, options).graph();
    }

    /**
     * Quantizes a graph and tunes its layers on calibration data, where the options ask for it.
     *
     * @param source normalized float graph whose values all have names
     * @param statistics of its activations, by name
     * @param executors makes an executor of a graph, float or QUANT
     * @param feed calibration samples; as many of the first are used as memory allows
     * @return a new QUANT graph
     */
    public static Graph quantize(Graph source, CalibrationStatistics statistics, QuantizationOptions options,
            Function<Graph, Executor> executors, ModelFeed feed, Progress progress) {
        QuantizedGraph quantized = quantizeLayers(source, statistics, options);
        if (LayerTuner.isNeeded(options.weights())) {
            LayerTuner.tune(source, quantized, options, executors, LayerTuner.inputs(source, feed), progress);
        }
        return quantized.graph();
    }

    /** As {@link #quantize}, saying what each layer became. */
    static QuantizedGraph quantizeLayers(Graph source, CalibrationStatistics statistics, QuantizationOptions options) {
        GraphQuantizer quantizer = new GraphQuantizer(source, statistics, options);
        return new QuantizedGraph(quantizer.run(), quantizer.layers);
    }

    private Graph run() {
        for (Value input : source.inputs()) {
            floats.put(input, target.addInput(input.name(), input.type()));
        }
        for (Node node : source) {
            if (!plan.isAbsorbed(node)) {
                emit(node);
            }
        }
        for (int i = 0; i < source.outputs().size(); i++) {
            target.addOutput(source.outputName(i), asFloat(source.outputs().get(i)));
        }
        return target;
    }

    private void emit(Node node) {
        OpRoles role = plan.role(node);
        boolean integerOperand = !node.operands().isEmpty() && integers.containsKey(node.operand(0));
        switch (role) {
            case PRODUCT -> product(node);
            case ELEMENTWISE -> elementwise(node);
            case AVERAGE -> average(node);
            case TABLE -> table(node);
            case SOFTMAX -> softmax(node);
            case CLAMP -> {
                if (integerOperand) {
                    QuantizedType.PerTensor type = plan.type(node.result());
                    add(node, new QClamp(clamp(type, node)), List.of(asInteger(node.operand(0))), null);
                } else {
                    keep(node);
                }
            }
            case MOVE -> {
                if (integerOperand) {
                    Op op = node.op() instanceof Resize r
                            ? new QResize(r.spec(), rounding(OpFamily.REQUANTIZE)) : node.op();
                    add(node, op, List.of(asInteger(node.operand(0))),
                            node.op() instanceof Resize ? plan.type(node.result()) : null);
                } else {
                    keep(node);
                }
            }
            case JOIN -> add(node, new QConcat(((Concat) node.op()).axis(), rounding(OpFamily.REQUANTIZE)),
                    node.operands().stream().map(this::asInteger).toList(), plan.type(node.result()));
            case CONSTANT, FLOAT -> keep(node);
        }
    }

    private void keep(Node node) {
        Node copy = target.insertTyped(null, node.op(), node.operands().stream().map(this::asFloat).toList(),
                node.results().stream().map(Value::type).toList(), node.location());
        for (int i = 0; i < node.results().size(); i++) {
            copy.results().get(i).setName(node.results().get(i).name());
            floats.put(node.results().get(i), copy.results().get(i));
        }
    }

    private Value add(Node node, Op op, List<Value> operands, ElementType type) {
        Node clamp = plan.clampOf(node);
        Value stands = clamp == null ? node.result() : clamp.result();
        Node made = type == null ? target.append(op, operands, node.location())
                : target.append(op, operands, type, node.location());
        made.result().setName(stands.name());
        integers.put(stands, made.result());
        return made.result();
    }

    private Value asInteger(Value value) {
        Value known = integers.get(value);
        if (known == null) {
            known = OpRoles.isConstant(value) ? constantAsInteger(value)
                    : target.append(new Quantize(), List.of(asFloat(value)), plan.type(value), location(value)).result();
            if (!OpRoles.isConstant(value)) {
                known.setName(value.name() + ".q");
            }
            integers.put(value, known);
        }
        return known;
    }

    private Value constantAsInteger(Value value) {
        Tensor reals = ((Constant) value.producer().op()).data().toTensor();
        Histogram histogram = new Histogram();
        histogram.add(reals);
        QuantizedType.PerTensor known = plan.type(value);
        QuantizedType.PerTensor type = known != null ? known
                : QuantizationPlan.parameters(new ValueRange(histogram.min(), histogram.max()), ActivationBits.A8, false);
        QuantRange range = full(type);
        Tensor q = Tensor.zeros(new TensorType(type, value.type().shape()));
        for (int i = 0; i < q.size(); i++) {
            q.setInteger(i, Quantization.quantize(reals.floats()[i], type.scale(), range));
        }
        return constant(q, location(value));
    }

    private Value asFloat(Value value) {
        Value known = floats.get(value);
        if (known == null) {
            Value integer = integers.get(value);
            known = target.append(new Dequantize(), List.of(integer), location(value)).result();
            known.setName(value.name() + ".f");
            floats.put(value, known);
        }
        return known;
    }

    private static Location location(Value value) {
        return value.isInput() ? Location.UNKNOWN : value.producer().location();
    }

    private Value constant(Tensor tensor, Location location) {
        return target.append(new Constant(ConstantData.of(tensor)), List.of(), location).result();
    }

    private Rounding rounding(OpFamily family) {
        return options.arithmetic().rounding(family);
    }

    private static QuantRange full(QuantizedType.PerTensor type) {
        return new QuantRange(type.zeroPoint(), (int) type.storage().minValue(), (int) type.storage().maxValue());
    }

    /** The clamp of stored values that a RELU or Clip node means for a result type; everything if {@code clamp} is null. */
    private Clamp clamp(QuantizedType.PerTensor type, Node clamp) {
        QuantRange range = full(type);
        if (clamp != null) {
            float low = OpRoles.low(clamp.op());
            float high = OpRoles.high(clamp.op());
            range = options.arithmetic().followsTflite() ? range.narrowTflite(low, high, type.scale())
                    : range.narrow(low, high, type.scale());
        }
        return new Clamp(range.min(), range.max());
    }

    private void product(Node node) {
        Value x = asInteger(node.operand(0));
        float inputScale = x.type().quantized().scale(0);
        Tensor weights = ((Constant) node.operand(1).producer().op()).data().toTensor();
        float[] bias = node.operands().size() < 3 ? null
                : ((Constant) node.operand(2).producer().op()).data().toTensor().floats();
        WeightOptions how = options.weights();
        ChannelStatistics inputs = how.biasCorrection() ? statistics.channels(node.operand(0).name()) : null;
        LayerPrecision.Integer precision = (LayerPrecision.Integer) options.precision().of(node);
        StoredWeights q = WeightQuantizer.quantize(weights, bias, inputScale, precision.weights(), how,
                precision.groupOf(node),
                inputs == null ? null : inputs.means());
        List<Value> operands = List.of(x, constant(q.weights(weights.type().shape(), how.perChannel()), node.location()),
                constant(q.bias(inputScale), node.location()));
        boolean raw = plan.isRaw(node);
        QuantizedType.PerTensor type = raw ? null : resultType(node);
        Clamp clamp = raw ? Clamp.full(ScalarType.I32) : clamp(type, plan.clampOf(node));
        Op op = node.op() instanceof Conv2d c
                ? new QConv2d(c.window(), c.groups(), rounding(isDepthwise(c, weights) ? OpFamily.DEPTHWISE_CONVOLUTION
                        : OpFamily.CONVOLUTION), clamp)
                : new QDense(rounding(OpFamily.MATRIX_PRODUCT), clamp);
        if (!raw) {
            layers.put(node, add(node, op, operands, type).producer());
            return;
        }
        Value sums = target.append(op, operands, ScalarType.I32, node.location()).result();
        sums.setName(node.result().name() + SUMS);
        layers.put(node, sums.producer());
        Value typed = target.append(new QReinterpret(), List.of(sums), sumType(q.scales(), inputScale,
                node.result().type()), node.location()).result();
        typed.setName(node.result().name() + ".acc");
        Value reals = target.append(new Dequantize(), List.of(typed), node.location()).result();
        reals.setName(node.result().name());
        floats.put(node.result(), reals);
    }

    private static boolean isDepthwise(Conv2d c, Tensor weights) {
        return c.groups() > 1 && weights.type().dim(3) == 1;
    }

    /** Type of a product's i32 sums: scale s_in * s_w for each output, zero point 0. */
    static QuantizedType sumType(float[] weightScales, float inputScale, TensorType result) {
        float[] scales = new float[result.dim(-1)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) ((double) inputScale * (double) weightScales[weightScales.length == 1 ? 0 : i]);
        }
        return new QuantizedType.PerAxis(ScalarType.I32, ScalarType.F32, result.rank() - 1, Floats.of(scales),
                Ints.of(new int[scales.length]));
    }

    private QuantizedType.PerTensor resultType(Node node) {
        Node clamp = plan.clampOf(node);
        return plan.type(clamp == null ? node.result() : clamp.result());
    }

    private void elementwise(Node node) {
        QuantizedType.PerTensor type = resultType(node);
        Clamp clamp = clamp(type, plan.clampOf(node));
        BinaryKind kind = ((Binary) node.op()).kind();
        Op op = kind == BinaryKind.MUL ? new QMul(rounding(OpFamily.MUL), clamp)
                : new QAdd(kind == BinaryKind.SUB, rounding(OpFamily.ADD), clamp);
        add(node, op, List.of(asInteger(node.operand(0)), asInteger(node.operand(1))), type);
    }

    private void average(Node node) {
        QuantizedType.PerTensor type = resultType(node);
        Clamp clamp = clamp(type, plan.clampOf(node));
        Op op = switch (node.op()) {
            case AvgPool p -> new QAvgPool(p.window(), p.countIncludePad(), p.uncountedBottom(), p.uncountedRight(),
                    AverageRule.SCALED, rounding(OpFamily.AVERAGE_POOL), clamp);
            case Reduce r -> new QMean(r.axes(), r.keepDims(), AverageRule.SCALED, rounding(OpFamily.MEAN), clamp);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
        add(node, op, List.of(asInteger(node.operand(0))), type);
    }

    private void softmax(Node node) {
        Softmax s = (Softmax) node.op();
        Op op = new QSoftmax(s.axis(), s.beta(), options.arithmetic().followsTflite() ? SoftmaxRule.TFLITE
                : SoftmaxRule.INTEGER_TABLE);
        List<Value> operands = List.of(asInteger(node.operand(0)));
        QuantizedType.PerTensor type = plan.type(node.result());
        if (type.equals(QuantizationPlan.SOFTMAX_TYPE)) {
            add(node, op, operands, type);
            return;
        }
        Value probabilities = target.append(op, operands, QuantizationPlan.SOFTMAX_TYPE, node.location()).result();
        probabilities.setName(node.result().name() + ".p");
        add(node, new Requantize(rounding(OpFamily.REQUANTIZE)), List.of(probabilities), type);
    }

    private void table(Node node) {
        Value x = asInteger(node.operand(0));
        QuantizedType.PerTensor in = (QuantizedType.PerTensor) x.type().element();
        QuantizedType.PerTensor out = plan.type(node.result());
        DoubleUnaryOperator f = RealFunctions.of(node.op());
        int[] entries = ActivationTable.fill(f, in.scale(), in.zeroPoint(), (int) in.storage().minValue(), out.scale(),
                full(out));
        byte[] bytes = new byte[entries.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) entries[i];
        }
        Value table = constant(Tensor.of(TensorType.of(out.storage(), bytes.length), bytes), node.location());
        add(node, new QLookup(), List.of(x, table), out);
    }
}
