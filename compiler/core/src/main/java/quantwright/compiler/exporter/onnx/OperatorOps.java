package quantwright.compiler.exporter.onnx;

import static quantwright.compiler.exporter.onnx.OnnxModelWriter.MICROSOFT;
import static quantwright.compiler.exporter.onnx.OnnxModelWriter.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.compiler.pass.Constants;
import quantwright.compiler.pass.Permutations;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;

/**
 * Writes QUANT ops as operators on integers where there are such: QLinearConv, QLinearMatMul, ConvInteger and
 * MatMulInteger of ONNX; QGemm, QLinearAdd, QLinearMul, QLinearConcat, QLinearAveragePool, QLinearGlobalAveragePool,
 * QLinearLeakyRelu and QLinearSigmoid of ONNX Runtime (docs/ContribOperators.md there). Everything else is written as
 * float operators between DequantizeLinear and QuantizeLinear.
 */
final class OperatorOps extends IntegerOps {
    OperatorOps(OnnxModelWriter writer, ExportedTensors tensors, PlainOps plain) {
        super(writer, tensors, plain);
    }

    @Override
    void write(Node node) {
        boolean other = !isOfBytes(node.result()) || !node.operands().isEmpty() && !isOfBytes(node.operand(0));
        boolean weights = node.operands().size() < 2 || Constants.isConstant(node.operand(1));
        switch (node.op()) {
            case QConv2d c when !other && weights -> convolution(node, c);
            case QDense d when !other && weights -> matrix(node, x -> clampedStored(node.result(), gemm(node, x, true,
                    node.result().name()), d.clamp()));
            case QMatMul m when !other && !m.transposeB() && !weights -> matmul(node, m);
            default -> super.write(node);
        }
    }

    @Override
    boolean isFloatProduct(Node product) {
        return product.op() instanceof QDense && product.operand(0).type().rank() == 2;
    }

    @Override
    String floatProduct(Node product, String hint) {
        return gemm(product, tensors.stored(product.operand(0), Ints.of(0, 1)), false, hint);
    }

    private void define(Node node, Ints order, String stored, Clamp clamp) {
        tensors.define(node.result(), order, clampedStored(node.result(), stored, clamp));
    }

    private QuantizedType.PerTensor fileType(Value value) {
        return OnnxElements.type(type(value));
    }

    private void convolution(Node node, QConv2d c) {
        Ints order = Permutations.TO_CHANNELS_FIRST;
        List<String> operands = tensors.with(tensors.stored(node.operand(0), order), fileType(node.operand(0)));
        addWeights(operands, node.operand(1), order);
        operands.addAll(tensors.parameters(fileType(node.result())));
        storedBias(node, Shape.of(node.result().type().dim(-1))).ifPresent(operands::add);
        define(node, order, writer.node("QLinearConv", node.result().name(), operands,
                PlainOps.convolution(c.window(), c.groups())), c.clamp());
    }

    private void addWeights(List<String> operands, Value w, Ints order) {
        operands.add(weights(w, order));
        operands.add(tensors.scales(w.name() + "_scale", w.type().quantized()));
        operands.add(tensors.zeros(w.name() + "_zero", w.type().quantized()));
    }

    /** QGemm; without the result's scale it gives floats. */
    private String gemm(Node node, String x, boolean quantized, String hint) {
        List<String> operands = tensors.with(x, fileType(node.operand(0)));
        addWeights(operands, node.operand(1), Ints.of(0, 1));
        operands.add(storedBias(node, Shape.of(node.result().type().dim(-1))).orElse(""));
        if (quantized) {
            operands.addAll(tensors.parameters(fileType(node.result())));
        }
        return writer.node(MICROSOFT, "QGemm", hint, operands, attribute("transB", 1));
    }

    private void matmul(Node node, QMatMul m) {
        Value a = node.operand(0);
        Value b = node.operand(1);
        List<String> operands = tensors.with(tensors.stored(a, Permutations.identity(a.type().rank())), fileType(a));
        operands.addAll(tensors.with(tensors.stored(b, Permutations.identity(b.type().rank())), fileType(b)));
        operands.addAll(tensors.parameters(fileType(node.result())));
        define(node, productOrder(node), writer.node("QLinearMatMul", node.result().name(), operands),
                m.clamp());
    }

    @Override
    void elementwise(Node node, Binary op, Clamp clamp) {
        if (op.kind() == BinaryKind.SUB || !ofBytes(node)) {
            super.elementwise(node, op, clamp);
            return;
        }
        Ints order = OnnxOrders.of(node, tensors);
        List<String> operands = new ArrayList<>();
        for (Value v : node.operands()) {
            operands.addAll(tensors.with(tensors.broadcast(v, order, false), fileType(v)));
        }
        operands.addAll(tensors.parameters(fileType(node.result())));
        define(node, order, writer.node(MICROSOFT, op.kind() == BinaryKind.ADD ? "QLinearAdd"
                : "QLinearMul", node.result().name(), operands), clamp);
    }

    @Override
    void concat(Node node, QConcat c) {
        if (!ofBytes(node)) {
            super.concat(node, c);
            return;
        }
        Ints order = OnnxOrders.of(node, tensors);
        List<String> operands = new ArrayList<>(tensors.parameters(fileType(node.result())));
        for (Value v : node.operands()) {
            operands.addAll(tensors.with(tensors.stored(v, order), fileType(v)));
        }
        tensors.define(node.result(), order, writer.node(MICROSOFT, "QLinearConcat", node.result().name(), operands,
                attribute("axis", Permutations.axisAfter(c.axis(), order))));
    }

    @Override
    void image(Node node, Op op, Clamp clamp) {
        if (!(node.op() instanceof QAvgPool p) || !ofBytes(node)) {
            super.image(node, op, clamp);
            return;
        }
        Ints order = Permutations.TO_CHANNELS_FIRST;
        define(node, order, pool(node, order, "QLinearAveragePool", PlainOps.average(p.window(),
                p.countIncludePad(), p.uncountedBottom(), p.uncountedRight())), clamp);
    }

    /** Whether everything the node reads and gives has 8 bits, which these operators are for. */
    private static boolean ofBytes(Node node) {
        return Stream.concat(node.operands().stream(), node.results().stream()).allMatch(OperatorOps::isOfBytes);
    }

    private static boolean isOfBytes(Value value) {
        return value.type().isQuantized() && value.type().storage().bits() == 8;
    }

    private String pool(Node node, Ints order, String type, AttributeProto... attributes) {
        return writer.node(MICROSOFT, type, node.result().name(), unary(node, order), attributes);
    }

    private List<String> unary(Node node, Ints order) {
        List<String> operands = tensors.with(tensors.stored(node.operand(0), order), fileType(node.operand(0)));
        operands.addAll(tensors.parameters(fileType(node.result())));
        return operands;
    }

    @Override
    String average(Node node, Ints order, Ints axes, Clamp clamp) {
        boolean global = order.size() == 4 && axes.equals(Ints.of(2, 3)) && ofBytes(node);
        return global ? clampedStored(node.result(), pool(node, order, "QLinearGlobalAveragePool",
                attribute("channels_last", 0)), clamp)
                : super.average(node, order, axes, clamp);
    }

    @Override
    String moved(String stored, QuantizedType.PerTensor type, UnaryOperator<String> move, String hint) {
        return move.apply(stored);
    }

    @Override
    String function(Node node, Ints order, Op function) {
        return switch (function) {
            case LeakyRelu l -> writer.node(MICROSOFT, "QLinearLeakyRelu", node.result().name(), unary(node, order),
                    attribute("alpha", l.alpha()));
            case Unary u when u.kind() == UnaryKind.SIGMOID -> writer.node(MICROSOFT, "QLinearSigmoid",
                    node.result().name(), unary(node, order));
            default -> super.function(node, order, function);
        };
    }
}
