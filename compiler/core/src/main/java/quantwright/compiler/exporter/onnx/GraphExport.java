package quantwright.compiler.exporter.onnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quantwright.compiler.exporter.ExportDiagnostic;
import quantwright.compiler.exporter.OnnxFormat;
import quantwright.compiler.exporter.onnx.PlainOps.Inexpressible;
import quantwright.compiler.pass.AxisMapping;
import quantwright.compiler.pass.Constants;
import quantwright.compiler.pass.Permutations;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

/** Writes one graph. */
public final class GraphExport {
    private static final int OPSET = 14;
    /** The first operator set whose quantized tensors have 4 or 16 bits. */
    private static final int OPSET_OF_OTHER_WIDTHS = 21;

    private final Graph graph;
    private final OnnxFormat format;
    private final DiagnosticSink sink;
    private final OnnxModelWriter writer;
    private final ExportedTensors tensors;
    private final PlainOps plain;
    private final IntegerOps integer;
    /** Sums of products that are written once their dequantization is. */
    private final Set<Value> deferred = new HashSet<>();

    /** An export of {@code graph}. */
    public GraphExport(Graph graph, OnnxFormat format, DiagnosticSink sink) {
        this.graph = graph;
        this.format = format;
        this.sink = sink;
        this.writer = new OnnxModelWriter(graph.name(), hasOtherWidths(graph) ? OPSET_OF_OTHER_WIDTHS : OPSET);
        this.tensors = new ExportedTensors(writer);
        this.plain = new PlainOps(writer);
        this.integer = switch (format) {
            case ONNX_QDQ -> new IntegerOps(writer, tensors, plain);
            case ONNX_QOPERATOR -> new OperatorOps(writer, tensors, plain);
        };
    }

    private static boolean hasOtherWidths(Graph graph) {
        for (Node node : graph) {
            if (node.results().stream().anyMatch(v -> v.type().isQuantized() && v.type().storage().bits() != 8
                    && v.type().storage() != ScalarType.I32)) {
                return true;
            }
        }
        return false;
    }

    /** The file's bytes. */
    public byte[] run() {
        for (int i = 0; i < graph.outputs().size(); i++) {
            writer.reserve(graph.outputName(i));
        }
        graph.inputs().forEach(this::addInput);
        int otherwise = 0;
        for (Node node : graph) {
            otherwise += roundsOtherwise(node.op()) ? 1 : 0;
            try {
                translate(node);
            } catch (Inexpressible e) {
                sink.report(ExportDiagnostic.NOT_EXPRESSIBLE, node.location(), format.text() + ": " + e.getMessage());
                node.results().forEach(v -> tensors.define(v, Permutations.identity(v.type().rank()), "lost"));
            }
        }
        sink.throwIfErrors();
        for (int i = 0; i < graph.outputs().size(); i++) {
            addOutput(graph.outputName(i), graph.outputs().get(i));
        }
        if (otherwise > 0) {
            sink.report(ExportDiagnostic.OTHER_ROUNDING, Location.UNKNOWN, otherwise + " operations of " + graph.name()
                    + " round by fixed-point multipliers, ONNX by one f32 factor");
        }
        return writer.bytes();
    }

    private void addInput(Value input) {
        Ints own = Permutations.identity(input.type().rank());
        ElementType element = input.type().element();
        writer.input(input.name(), element.storage(), input.type().shape());
        if (OnnxElements.shift(element) == 0) {
            tensors.define(input, own, input.name());
            return;
        }
        QuantizedType.PerTensor type = (QuantizedType.PerTensor) element;
        tensors.define(input, own, tensors.quantize(tensors.dequantize(input.name(), type, input.name() + "_real"),
                OnnxElements.type(type), input.name() + "_u8"));
    }

    private void addOutput(String name, Value value) {
        ElementType element = value.type().element();
        String tensor = tensors.stored(value, Permutations.identity(value.type().rank()));
        if (OnnxElements.shift(element) != 0) {
            QuantizedType.PerTensor type = (QuantizedType.PerTensor) element;
            tensor = tensors.quantize(tensors.dequantize(tensor, OnnxElements.type(type), tensor + "_real"), type,
                    tensor + "_i8");
        }
        writer.output(name, tensor, element.storage(), value.type().shape());
    }

    private void translate(Node node) {
        switch (node.op()) {
            case Constant _ -> { }
            case Transpose t when !Constants.isConstant(node.operand(0)) ->
                    tensors.alias(node.result(), node.operand(0), t.permutation());
            case Quantize _ -> quantize(node);
            case Dequantize _ -> dequantize(node);
            case QReinterpret _ -> reinterpret(node);
            case QuantOp _ -> {
                if (isDeferred(node)) {
                    deferred.add(node.result());
                } else {
                    integer.write(node);
                }
            }
            case Dense _ -> dense(node);
            case TensorOp _ -> plain(node);
            default -> throw new Inexpressible(node.op().mnemonic() + " has no counterpart");
        }
    }

    private void quantize(Node node) {
        if (!(node.result().type().element() instanceof QuantizedType.PerTensor type)) {
            throw new Inexpressible("quantization with several scales");
        }
        Ints order = orderOf(node.operand(0));
        tensors.define(node.result(), order, tensors.quantize(tensors.stored(node.operand(0), order),
                OnnxElements.type(type), node.result().name()));
    }

    private Ints orderOf(Value value) {
        return Constants.isConstant(value) ? Permutations.identity(value.type().rank()) : tensors.order(value);
    }

    private void dequantize(Node node) {
        Value x = node.operand(0);
        Node product = x.isInput() || !(x.producer().op() instanceof QReinterpret)
                || !deferred.contains(x.producer().operand(0)) ? null : x.producer().operand(0).producer();
        if (product != null) {
            tensors.define(node.result(), IntegerOps.productOrder(product),
                    integer.floatProduct(product, node.result().name()));
            return;
        }
        Ints order = orderOf(x);
        QuantizedType type = x.type().quantized();
        if (type.isBlocked()) {
            throw new Inexpressible("dequantization in blocks");
        }
        String stored = Constants.isConstant(x) && !(type instanceof QuantizedType.PerTensor)
                ? integer.weights(x, order) : tensors.stored(x, order);
        if (type instanceof QuantizedType.PerTensor p && p.storage() != ScalarType.I32) {
            tensors.define(node.result(), order, tensors.reals(x, order));
            return;
        }
        // Sums have no zero point, which is then left out.
        List<String> operands = new ArrayList<>(List.of(stored, tensors.scales(x.name() + "_scale", type)));
        if (!type.isSymmetric()) {
            operands.add(tensors.zeros(x.name() + "_zero", type));
        }
        tensors.define(node.result(), order, type instanceof QuantizedType.PerAxis a
                ? writer.node("DequantizeLinear", node.result().name(), operands,
                        OnnxModelWriter.attribute("axis", Permutations.axisAfter(a.axis(), order)))
                : writer.node("DequantizeLinear", node.result().name(), operands));
    }

    /** Whether a product's sums are only dequantized at scale s_x * s_w, so that a float operator is the same. */
    private boolean isDeferred(Node node) {
        if (!(node.op() instanceof QConv2d || node.op() instanceof QDense)
                || node.result().type().element() != ScalarType.I32 || graph.isOutput(node.result())
                || !integer.isFloatProduct(node)) {
            return false;
        }
        return node.result().users().stream().allMatch(u -> u.op() instanceof QReinterpret
                && !graph.isOutput(u.result()) && hasProductScale(u.result().type().quantized(), node)
                && u.result().users().stream().allMatch(d -> d.op() instanceof Dequantize));
    }

    private static boolean hasProductScale(QuantizedType type, Node product) {
        QuantizedType weights = product.operand(1).type().quantized();
        double input = product.operand(0).type().quantized().scale(0);
        for (int i = 0; i < type.scaleCount(); i++) {
            float weight = weights.scale(weights.scaleCount() == 1 ? 0 : i);
            if (type.zeroPoint(i) != 0 || type.scale(i) != (float) (input * weight)) {
                return false;
            }
        }
        return type.scaleCount() == 1 ? weights.scaleCount() == 1 : type.scaleCount() == product.result().type().dim(-1);
    }

    private void reinterpret(Node node) {
        Value x = node.operand(0);
        if (deferred.contains(x)) {
            return;
        }
        ElementType from = x.type().element();
        ElementType to = node.result().type().element();
        // Between u8 and i8 the stored values differ by 128, as those of the file do from those of the graph.
        int step = OnnxElements.shift(to) - OnnxElements.shift(from) + (to.storage() == from.storage() ? 0
                : to.storage() == ScalarType.U8 ? 128 : -128);
        if (step == 0 && OnnxElements.storage(from) == OnnxElements.storage(to)) {
            tensors.alias(node.result(), x, Permutations.identity(x.type().rank()));
            return;
        }
        Ints order = orderOf(x);
        String name = node.result().name();
        String wide = writer.node("Cast", name + "_i32", List.of(tensors.stored(x, order)),
                OnnxModelWriter.attribute("to", OnnxElements.code(ScalarType.I32)));
        String moved = writer.node("Add", name + "_moved", List.of(wide, writer.scalar("step", ScalarType.I32, step)));
        tensors.define(node.result(), order, writer.node("Cast", name, List.of(moved),
                OnnxModelWriter.attribute("to", OnnxElements.code(OnnxElements.storage(to)))));
    }

    private void dense(Node node) {
        Value x = node.operand(0);
        int rank = x.type().rank();
        List<String> operands = new ArrayList<>();
        String rows = tensors.stored(x, Permutations.identity(rank));
        int last = x.type().dim(-1);
        operands.add(rank == 2 ? rows
                : plain.reshape(rows, new int[] {(int) (x.type().shape().elementCount() / last), last}, rows + "_rows"));
        for (Value v : node.operands().subList(1, node.operands().size())) {
            operands.add(tensors.stored(v, Permutations.identity(v.type().rank())));
        }
        String y = writer.node("Gemm", node.result().name(), operands, OnnxModelWriter.attribute("transB", 1));
        tensors.define(node.result(), Permutations.identity(rank), rank == 2 ? y
                : plain.reshape(y, node.result().type().shape().toArray(), node.result().name()));
    }

    private void plain(Node node) {
        Ints order = OnnxOrders.of(node, tensors);
        Value result = node.result();
        Op op = OnnxOrders.mapped(node, order);
        QuantizedType.PerTensor moved = result.type().element() instanceof QuantizedType.PerTensor p
                ? OnnxElements.type(p) : null;
        // What a border is filled with, and how positions round, is stated in reals.
        boolean asReals = moved != null && (format == OnnxFormat.ONNX_QDQ || op instanceof Pad || op instanceof Resize);
        int moving = AxisMapping.movingOperands(node);
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < node.operands().size(); i++) {
            Value v = node.operand(i);
            Ints own = v.type().rank() == order.size() ? order : Permutations.identity(v.type().rank());
            operands.add(i < moving ? tensors.broadcast(v, order, asReals)
                    : asReals ? tensors.reals(v, own) : tensors.stored(v, own));
        }
        String name = result.name();
        String written = plain.write(op, operands, shape(node.operand(0), order),
                Permutations.apply(result.type().shape(), order), result.type().storage(),
                asReals ? name + "_real" : name);
        tensors.define(result, order, asReals ? tensors.quantize(written, moved, name) : written);
    }

    private static Shape shape(Value v, Ints order) {
        return v.type().rank() == order.size() ? Permutations.apply(v.type().shape(), order) : v.type().shape();
    }

    private static boolean roundsOtherwise(Op op) {
        Rounding rounding = switch (op) {
            case QConv2d o -> o.rounding();
            case QDense o -> o.rounding();
            case QMatMul o -> o.rounding();
            case QAdd o -> o.rounding();
            case QMul o -> o.rounding();
            case QAvgPool o -> o.rule() == AverageRule.SCALED ? o.rounding() : Rounding.GEMMLOWP;
            case QMean o -> o.rule() == AverageRule.SCALED ? o.rounding() : Rounding.GEMMLOWP;
            case QConcat o -> o.rounding();
            case QResize o -> o.rounding();
            case Requantize o -> o.rounding();
            case QSoftmax o -> o.rule() == SoftmaxRule.INTEGER_TABLE ? Rounding.FLOAT32 : Rounding.GEMMLOWP;
            default -> Rounding.FLOAT32;
        };
        return !(rounding instanceof Rounding.F32);
    }
}
