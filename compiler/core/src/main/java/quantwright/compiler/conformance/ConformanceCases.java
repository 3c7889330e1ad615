package quantwright.compiler.conformance;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.Arithmetic;
import quantwright.ir.arith.DoubleFunctions;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;

/**
 * The cases of a profile: each op family, for each pair of types the chip multiplies, in shapes that fill the array, that
 * leave a tail in every dimension, and that are larger than the array. A pure function of the profile.
 */
final class ConformanceCases {
    /** One op with its constants; inputs and outputs are the graph's. */
    record Case(String name, Graph graph, List<Tensor> inputs) {
    }

    /** Types of activations and weights. */
    private record Pair(ScalarType activations, ScalarType weights) {
        String text() {
            return activations + "x" + weights;
        }
    }

    /** A shape class: output channels, input channels, height and width. */
    private record Extent(String name, int outputs, int inputs, int size) {
    }

    private final HardwareProfile profile;
    private final Arithmetic arithmetic;
    private final List<Case> cases = new ArrayList<>();
    private Graph graph;
    private List<Tensor> inputs;
    private Random random;

    private ConformanceCases(HardwareProfile profile) {
        this.profile = profile;
        this.arithmetic = profile.quantization().roundings();
    }

    /** All cases, in a fixed order. */
    static List<Case> of(HardwareProfile profile) {
        ConformanceCases cases = new ConformanceCases(profile);
        for (Extent extent : cases.extents()) {
            for (Pair pair : cases.pairs()) {
                cases.products(pair, extent);
            }
            cases.elementwise(extent);
            cases.reductions(extent);
        }
        return List.copyOf(cases.cases);
    }

    private List<Extent> extents() {
        int rows = profile.npu().map(n -> n.array().rows()).orElse(8);
        int columns = profile.npu().map(n -> n.array().columns()).orElse(16);
        return List.of(new Extent("full", columns, rows, 4), new Extent("tail", columns + 1, rows + 3, 5),
                new Extent("single", 1, 1, 3), new Extent("large", 2 * columns + 3, 2 * rows + 1, 7));
    }

    private Set<Pair> pairs() {
        Set<Pair> pairs = new LinkedHashSet<>();
        profile.npu().ifPresent(n -> n.types().forEach(t -> pairs.add(new Pair(
                t.activationBits() == 16 ? ScalarType.I16 : ScalarType.I8, weights(t.weightBits())))));
        if (pairs.isEmpty()) {
            pairs.add(new Pair(ScalarType.I8, ScalarType.I8));
        }
        return pairs;
    }

    private static ScalarType weights(int bits) {
        return switch (bits) {
            case 8 -> ScalarType.I8;
            case 4 -> ScalarType.I4;
            case 2 -> ScalarType.I2;
            default -> ScalarType.SIGN1;
        };
    }

    private void begin(String name) {
        graph = new Graph(name, Level.QUANT);
        inputs = new ArrayList<>();
        random = new Random(name.hashCode());
    }

    private void end() {
        cases.add(new Case(graph.name(), graph, List.copyOf(inputs)));
    }

    private int zero(int value) {
        return profile.quantization().activationZeroPoints() ? value : 0;
    }

    private QuantizedType.PerTensor activation(ScalarType storage, float scale, int zero) {
        return QuantizedType.perTensor(storage, scale, storage == ScalarType.I16 ? 0 : zero(zero));
    }

    private Value input(String name, QuantizedType type, int... shape) {
        Tensor tensor = fill(new TensorType(type, Shape.of(shape)));
        inputs.add(tensor);
        return graph.addInput(name, tensor.type());
    }

    /** Random elements over the whole range, the extremes among them; weights do without the least of their type. */
    private Tensor fill(TensorType type) {
        Tensor tensor = Tensor.zeros(type);
        ScalarType storage = type.storage();
        long low = storage.minValue();
        long high = storage.maxValue();
        for (int i = 0; i < tensor.size(); i++) {
            long value = low + random.nextLong(high - low + 1);
            tensor.setInteger(i, i == 0 ? low : i == 1 ? high : storage == ScalarType.SIGN1 && value == 0 ? 1 : value);
        }
        return tensor;
    }

    private Value constant(String name, Tensor tensor) {
        Value value = graph.append(new Constant(ConstantData.of(tensor)), List.of(), Location.UNKNOWN).result();
        value.setName(name);
        return value;
    }

    private void output(String name, Op op, List<Value> operands, quantwright.ir.type.ElementType type) {
        Value value = (type == null ? graph.append(op, operands, Location.UNKNOWN)
                : graph.append(op, operands, type, Location.UNKNOWN)).result();
        value.setName(name);
        graph.addOutput(name, value);
    }

    private void products(Pair pair, Extent e) {
        Window2d pointwise = Window2d.of(1, 1, 1, 1);
        Window2d padded = Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1);
        Window2d strided = Window2d.of(3, 3, 2, 2).padded(0, 0, 1, 1);
        convolution("conv1x1", pair, e, pointwise, 1);
        convolution("conv3x3", pair, e, padded, 1);
        convolution("conv3x3-stride2", pair, e, strided, 1);
        convolution("depthwise3x3", pair, e, padded, e.outputs);
        begin(name("dense", pair, e));
        Value x = input("x", activation(pair.activations, 0.05f, -5), 2, e.inputs * 3);
        List<Value> operands = weighted(x, pair, e.outputs, e.outputs, e.inputs * 3);
        product(pair, operands, e.inputs * 3, new QDense(rounding(OpFamily.MATRIX_PRODUCT, pair), clamp(pair)),
                new QDense(rounding(OpFamily.MATRIX_PRODUCT, pair), Clamp.full(ScalarType.I32)));
    }

    /** Sums of 16-bit activations are wider than an i32 intermediate: those take the rounding that goes with them. */
    private Rounding rounding(OpFamily family, Pair pair) {
        Rounding rounding = arithmetic.rounding(family);
        return pair.activations == ScalarType.I16 && rounding instanceof Rounding.Fixed f
                && f.intermediate() == Rounding.Intermediate.I32 ? Rounding.TFLITE_16X8 : rounding;
    }

    private static String name(String op, Pair pair, Extent e) {
        return op + "-" + pair.text() + "-" + e.name;
    }

    private static Clamp clamp(Pair pair) {
        return pair.activations == ScalarType.I16 ? Clamp.full(ScalarType.I16) : new Clamp(-100, 127);
    }

    private void convolution(String op, Pair pair, Extent e, Window2d window, int groups) {
        begin(name(op, pair, e));
        int channels = groups == 1 ? e.inputs : groups;
        Value x = input("x", activation(pair.activations, 0.05f, -5), 1, e.size, e.size, channels);
        int taps = window.kernelH() * window.kernelW() * (channels / groups);
        List<Value> operands = weighted(x, pair, e.outputs, e.outputs, window.kernelH(), window.kernelW(),
                channels / groups);
        OpFamily family = groups == 1 ? OpFamily.CONVOLUTION : OpFamily.DEPTHWISE_CONVOLUTION;
        product(pair, operands, taps, new QConv2d(window, groups, rounding(family, pair), clamp(pair)),
                new QConv2d(window, groups, rounding(family, pair), Clamp.full(ScalarType.I32)));
    }

    private List<Value> weighted(Value x, Pair pair, int outputs, int... shape) {
        float[] scales = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            scales[i] = 0.003f + 0.002f * random.nextFloat();
        }
        boolean perChannel = profile.quantization().perChannelWeights();
        QuantizedType type = perChannel ? new QuantizedType.PerAxis(pair.weights, ScalarType.F32, 0, Floats.of(scales),
                Ints.of(new int[outputs])) : QuantizedType.perTensor(pair.weights, scales[0], 0);
        Tensor weights = fill(new TensorType(type, Shape.of(shape)));
        Tensor bias = Tensor.zeros(new TensorType(ScalarType.I32, Shape.of(outputs)));
        for (int i = 0; i < outputs; i++) {
            bias.setInteger(i, random.nextInt(-2000, 2001));
        }
        return List.of(x, constant("weights", weights), constant("bias", bias));
    }

    /** The sums before they are rescaled are an output of their own. */
    private void product(Pair pair, List<Value> operands, int taps, Op rescaled, Op raw) {
        output("sums", raw, operands, ScalarType.I32);
        double spread = Math.sqrt(taps) * pair.activations.maxValue() * Math.max(1, pair.weights.maxValue()) / 3;
        float scale = (float) (0.05 * 0.004 * spread / (pair.activations.maxValue() / 2.0));
        output("y", rescaled, operands, activation(pair.activations, scale, 7));
        end();
    }

    private void elementwise(Extent e) {
        int[] shape = {1, e.size, e.size, e.outputs};
        ScalarType i8 = ScalarType.I8;
        Clamp full = Clamp.full(i8);
        for (boolean subtract : new boolean[] {false, true}) {
            begin((subtract ? "sub-" : "add-") + e.name);
            List<Value> operands = List.of(input("a", activation(i8, 0.03f, -5), shape),
                    input("b", activation(i8, 0.07f, 11), shape));
            output("y", new QAdd(subtract, arithmetic.rounding(OpFamily.ADD), full), operands, activation(i8, 0.08f, 3));
            end();
        }
        begin("mul-" + e.name);
        output("y", new QMul(arithmetic.rounding(OpFamily.MUL), full), List.of(input("a", activation(i8, 0.03f, -5),
                shape), input("b", activation(i8, 0.07f, 11), shape)), activation(i8, 0.2f, 3));
        end();
        begin("requantize-" + e.name);
        output("y", new Requantize(arithmetic.rounding(OpFamily.REQUANTIZE)), List.of(input("x",
                activation(i8, 0.03f, -5), shape)), activation(i8, 0.05f, 3));
        end();
        begin("concat-" + e.name);
        output("y", new QConcat(3, arithmetic.rounding(OpFamily.REQUANTIZE)), List.of(input("a",
                activation(i8, 0.03f, -5), shape), input("b", activation(i8, 0.07f, 11), shape)),
                activation(i8, 0.07f, 11));
        end();
        begin("sigmoid-" + e.name);
        QuantizedType.PerTensor in = activation(i8, 0.05f, -5);
        QuantizedType.PerTensor out = QuantizedType.perTensor(i8, 1f / 256, zero(-128));
        int[] table = ActivationTable.fill(DoubleFunctions::sigmoid, in.scale(), in.zeroPoint(), (int) i8.minValue(),
                out.scale(), new QuantRange(out.zeroPoint(), (int) i8.minValue(), (int) i8.maxValue()));
        Tensor entries = Tensor.zeros(new TensorType(i8, Shape.of(table.length)));
        for (int i = 0; i < table.length; i++) {
            entries.setInteger(i, table[i]);
        }
        output("y", new QLookup(), List.of(input("x", in, shape), constant("table", entries)), out);
        end();
        begin("softmax-" + e.name);
        output("y", new QSoftmax(1, 1, arithmetic.followsTflite() ? SoftmaxRule.TFLITE : SoftmaxRule.INTEGER_TABLE),
                List.of(input("x", activation(i8, 0.1f, -5), 2, e.outputs + 1)), QuantizedType.perTensor(i8, 1f / 256, -128));
        end();
    }

    private void reductions(Extent e) {
        int[] shape = {1, e.size, e.size, e.outputs};
        ScalarType i8 = ScalarType.I8;
        AverageRule rule = arithmetic.followsTflite() ? AverageRule.TFLITE_DIVISION : AverageRule.SCALED;
        Window2d window = Window2d.of(2, 2, 1, 1).padded(0, 0, 1, 1);
        QuantizedType.PerTensor same = activation(i8, 0.05f, -5);
        begin("average-pool-" + e.name);
        output("y", new QAvgPool(window, false, 0, 0, rule, arithmetic.rounding(OpFamily.AVERAGE_POOL),
                Clamp.full(i8)), List.of(input("x", same, shape)), same);
        end();
        begin("max-pool-" + e.name);
        output("y", new MaxPool(window), List.of(input("x", same, shape)), null);
        end();
        begin("mean-" + e.name);
        output("y", new QMean(Ints.of(new int[] {1, 2}), false, arithmetic.followsTflite()
                ? AverageRule.TFLITE_MEAN : AverageRule.SCALED, arithmetic.rounding(OpFamily.MEAN),
                Clamp.full(i8)), List.of(input("x", same, shape)), activation(i8, 0.02f, 3));
        end();
    }
}
