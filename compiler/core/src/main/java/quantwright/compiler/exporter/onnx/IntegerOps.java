package quantwright.compiler.exporter.onnx;

import static quantwright.compiler.exporter.onnx.OnnxModelWriter.attribute;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.exporter.onnx.PlainOps.Inexpressible;
import quantwright.compiler.pass.Constants;
import quantwright.compiler.pass.Permutations;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.Softmax;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Writes QUANT ops as float operators between DequantizeLinear and QuantizeLinear. Importing that form again gives the
 * same integer ops, under the rounding of the {@code onnx} preset.
 */
class IntegerOps {
    /** What all writers share. */
    final OnnxModelWriter writer;
    /** Names of what was written. */
    final ExportedTensors tensors;
    private final PlainOps plain;

    IntegerOps(OnnxModelWriter writer, ExportedTensors tensors, PlainOps plain) {
        this.writer = writer;
        this.tensors = tensors;
        this.plain = plain;
    }

    /** Writes an integer op other than Quantize, Dequantize and reinterpretation. */
    void write(Node node) {
        switch (node.op()) {
            case QConv2d _ when node.result().type().element() == ScalarType.I32 -> rawConvolution(node);
            case QDense _ when node.result().type().element() == ScalarType.I32 -> rawDense(node);
            case QConv2d c -> convolution(node, c);
            case QDense d -> dense(node, d);
            case QMatMul m -> matmul(node, m);
            case QAdd a -> elementwise(node, new Binary(a.subtract() ? BinaryKind.SUB : BinaryKind.ADD), a.clamp());
            case QMul m -> elementwise(node, new Binary(BinaryKind.MUL), m.clamp());
            case QConcat c -> concat(node, c);
            case QAvgPool p -> image(node, new AvgPool(p.window(), p.countIncludePad(), p.uncountedBottom(),
                    p.uncountedRight()), p.clamp());
            case QResize r -> image(node, new Resize(r.spec()), whole(node.result()));
            case QMean m -> mean(node, m);
            case QLookup _ -> lookup(node);
            case QSoftmax s -> alike(node, new Softmax(s.axis(), s.beta()), whole(node.result()));
            case QClamp c -> {
                Ints order = tensors.order(node.operand(0));
                finish(node.result(), order, tensors.reals(node.operand(0), order), c.clamp());
            }
            case Requantize _ -> {
                Ints order = tensors.order(node.operand(0));
                finish(node.result(), order, tensors.reals(node.operand(0), order), whole(node.result()));
            }
            default -> throw new Inexpressible(node.op().mnemonic() + " has no counterpart");
        }
    }

    /** Whether a product of raw sums that are only dequantized is written as one float operator. */
    boolean isFloatProduct(Node product) {
        return product.op() instanceof QConv2d || product.operand(0).type().rank() == 2;
    }

    /** Writes a product of raw sums as a float operator; gives the result's name in {@link #productOrder}. */
    String floatProduct(Node product, String hint) {
        return product.op() instanceof QConv2d c ? realConvolution(product, c, hint)
                : realDense(product, tensors.reals(product.operand(0), Ints.of(0, 1)), hint);
    }

    /** Axis order of a product's result. */
    static Ints productOrder(Node product) {
        return product.op() instanceof QConv2d ? Permutations.TO_CHANNELS_FIRST
                : Permutations.identity(product.result().type().rank());
    }

    static Clamp whole(Value result) {
        return Clamp.full(result.type().storage());
    }

    static QuantizedType.PerTensor type(Value value) {
        return (QuantizedType.PerTensor) value.type().element();
    }

    /** Clamps and quantizes the reals of a result. */
    final void finish(Value result, Ints order, String real, Clamp clamp) {
        tensors.define(result, order, clampedReals(result, real, clamp));
    }

    /** Clamps and quantizes the reals of a result; gives its stored elements. */
    final String clampedReals(Value result, String real, Clamp clamp) {
        QuantizedType.PerTensor type = type(result);
        String clamped = real;
        if (!clamp.equals(whole(result))) {
            clamped = plain.clip(clamp.min() == type.storage().minValue() ? Float.NEGATIVE_INFINITY
                    : bound(clamp.min(), type), clamp.max() == type.storage().maxValue() ? Float.POSITIVE_INFINITY
                    : bound(clamp.max(), type), real, result.name() + "_clip");
        }
        return tensors.quantize(clamped, OnnxElements.type(type), result.name());
    }

    private static float bound(int q, QuantizedType.PerTensor type) {
        return (q - type.zeroPoint()) * type.scale();
    }

    /** Clamps stored values of a result that an integer operator gave without its clamp. */
    final String clampedStored(Value result, String stored, Clamp clamp) {
        return clamp.equals(whole(result)) ? stored : clampedReals(result,
                tensors.dequantize(stored, OnnxElements.type(type(result)), stored + "_real"), clamp);
    }

    private void convolution(Node node, QConv2d c) {
        finish(node.result(), Permutations.TO_CHANNELS_FIRST, realConvolution(node, c, node.result().name() + "_real"),
                c.clamp());
    }

    private String realConvolution(Node node, QConv2d c, String hint) {
        List<String> operands = new ArrayList<>(List.of(
                tensors.reals(node.operand(0), Permutations.TO_CHANNELS_FIRST),
                realWeights(node.operand(1), Permutations.TO_CHANNELS_FIRST)));
        realBias(node).ifPresent(operands::add);
        return plain.write(new Conv2d(c.window(), c.groups()), operands, null, null, ScalarType.F32, hint);
    }

    private void dense(Node node, QDense d) {
        matrix(node, x -> {
            String real = realDense(node, tensors.dequantize(x, OnnxElements.type(type(node.operand(0))), x + "_real"),
                    node.result().name() + "_real");
            return clampedReals(node.result(), real, d.clamp());
        });
    }

    /** Writes a product of matrices: a stored operand of another rank is seen as one. */
    final void matrix(Node node, java.util.function.UnaryOperator<String> product) {
        Value x = node.operand(0);
        Ints order = Permutations.identity(x.type().rank());
        String operand = tensors.stored(x, order);
        if (x.type().rank() == 2) {
            tensors.define(node.result(), order, product.apply(operand));
            return;
        }
        Shape shape = x.type().shape();
        int rows = (int) (shape.elementCount() / shape.dim(-1));
        String flat = product.apply(plain.reshape(operand, new int[] {rows, shape.dim(-1)}, operand + "_rows"));
        tensors.define(node.result(), order, plain.reshape(flat, node.result().type().shape().toArray(),
                node.result().name()));
    }

    private String realDense(Node node, String x, String hint) {
        List<String> operands = new ArrayList<>(List.of(x, realWeights(node.operand(1), Ints.of(0, 1))));
        realBias(node).ifPresent(operands::add);
        return writer.node("Gemm", hint, operands, attribute("transB", 1));
    }

    private void matmul(Node node, QMatMul m) {
        Value a = node.operand(0);
        Value b = node.operand(1);
        Ints orderA = Permutations.identity(a.type().rank());
        Ints orderB = Permutations.identity(b.type().rank());
        if (node.result().type().element() == ScalarType.I32) {
            throw new Inexpressible("raw sums of a matrix product");
        }
        String real = plain.write(new MatMul(m.transposeB()), List.of(tensors.reals(a, orderA),
                realWeights(b, orderB)), a.type().shape(), null, ScalarType.F32, node.result().name() + "_real");
        finish(node.result(), productOrder(node), real, m.clamp());
    }

    /** Weights in an order, dequantized; scales lie on the first axis, or are one. */
    private String realWeights(Value w, Ints order) {
        if (!Constants.isConstant(w)) {
            return tensors.reals(w, order);
        }
        QuantizedType type = w.type().quantized();
        List<String> operands = List.of(weights(w, order), tensors.scales(w.name() + "_scale", type),
                tensors.zeros(w.name() + "_zero", type));
        return type instanceof QuantizedType.PerAxis p
                ? writer.node("DequantizeLinear", w.name() + "_real", operands, attribute("axis",
                        Permutations.axisAfter(p.axis(), order)))
                : writer.node("DequantizeLinear", w.name() + "_real", operands);
    }

    /** Constant weights in an order, as they are stored. */
    final String weights(Value w, Ints order) {
        if (w.type().quantized().isBlocked()) {
            throw new Inexpressible("weights in blocks");
        }
        ConstantData data = Constants.data(w).orElseThrow(() -> new Inexpressible("weights that are not constant"));
        ConstantData stored = data.withType(data.type().withElement(data.type().storage()));
        return writer.initializer(w.name(), Constants.transpose(stored, order));
    }

    /** The i32 bias of a product, dequantized at scale s_x * s_w. */
    private Optional<String> realBias(Node node) {
        if (node.operands().size() < 3) {
            return Optional.empty();
        }
        Tensor bias = Constants.data(node.operand(2)).orElseThrow(() -> new Inexpressible("a bias that is no constant"))
                .toTensor();
        String name = hint(node.operand(2), node.result().name() + "_bias");
        String stored = writer.initializer(name, bias.withType(TensorType.of(ScalarType.I32, bias.size())));
        float[] scales = new float[bias.size()];
        QuantizedType weights = node.operand(1).type().quantized();
        for (int i = 0; i < scales.length; i++) {
            double exact = (double) node.operand(0).type().quantized().scale(0)
                    * (double) weights.scale(weights.scaleCount() == 1 ? 0 : i);
            scales[i] = (float) exact;
            if (!(scales[i] > 0)) {
                // A channel without weights has no scale to speak of; without a bias any will do.
                if (bias.integer(i) != 0) {
                    throw new Inexpressible("a bias whose scale is below the least number of f32");
                }
                scales[i] = 1;
            }
        }
        String scale = writer.initializer(name + "_scale", Tensor.ofFloats(new int[] {scales.length}, scales));
        return Optional.of(writer.node("DequantizeLinear", name + "_real", List.of(stored, scale),
                attribute("axis", 0)));
    }

    private static String hint(Value value, String otherwise) {
        return value.name().isEmpty() ? otherwise : value.name();
    }

    /** The i32 bias of a product as an initializer of the given shape. */
    final Optional<String> storedBias(Node node, Shape shape) {
        if (node.operands().size() < 3) {
            return Optional.empty();
        }
        ConstantData bias = Constants.data(node.operand(2))
                .orElseThrow(() -> new Inexpressible("a bias that is no constant"));
        return Optional.of(writer.initializer(hint(node.operand(2), node.result().name() + "_bias"),
                bias.withType(new TensorType(ScalarType.I32, shape))));
    }

    private void rawConvolution(Node node) {
        QConv2d c = (QConv2d) node.op();
        Value x = node.operand(0);
        List<String> operands = List.of(tensors.stored(x, Permutations.TO_CHANNELS_FIRST),
                weights(node.operand(1), Permutations.TO_CHANNELS_FIRST),
                tensors.zeros("zero", OnnxElements.type(type(x))), commonZero(node.operand(1)));
        String sums = writer.node("ConvInteger", node.result().name(), operands,
                PlainOps.convolution(c.window(), c.groups()));
        int outputs = node.result().type().dim(-1);
        tensors.define(node.result(), Permutations.TO_CHANNELS_FIRST, plusBias(node, sums, Shape.of(1, outputs, 1, 1)));
    }

    private void rawDense(Node node) {
        Value x = node.operand(0);
        Ints order = productOrder(node);
        List<String> operands = List.of(tensors.stored(x, order), weights(node.operand(1), Ints.of(1, 0)),
                tensors.zeros("zero", OnnxElements.type(type(x))), commonZero(node.operand(1)));
        String sums = writer.node("MatMulInteger", node.result().name(), operands);
        tensors.define(node.result(), order, plusBias(node, sums, Shape.of(node.result().type().dim(-1))));
    }

    private String plusBias(Node node, String sums, Shape shape) {
        return storedBias(node, shape).map(b -> writer.node("Add", node.result().name(), List.of(sums, b)))
                .orElse(sums);
    }

    private String commonZero(Value w) {
        QuantizedType type = w.type().quantized();
        for (int i = 1; i < type.scaleCount(); i++) {
            if (type.zeroPoint(i) != type.zeroPoint(0)) {
                throw new Inexpressible("raw sums by weights of several zero points");
            }
        }
        return writer.scalar("zero", type.storage(), type.zeroPoint(0));
    }

    /** An elementwise op, in the order its operands have. */
    void elementwise(Node node, Binary op, Clamp clamp) {
        Ints order = OnnxOrders.of(node, tensors);
        List<String> operands = node.operands().stream().map(v -> tensors.broadcast(v, order, true)).toList();
        finish(node.result(), order, plain.write(op, operands, null, null, ScalarType.F32,
                node.result().name() + "_real"), clamp);
    }

    /** A concatenation of reals. */
    void concat(Node node, QConcat c) {
        Ints order = OnnxOrders.of(node, tensors);
        List<String> operands = node.operands().stream().map(v -> tensors.reals(v, order)).toList();
        finish(node.result(), order, plain.write(new Concat(Permutations.axisAfter(c.axis(), order)), operands, null,
                null, ScalarType.F32, node.result().name() + "_real"), whole(node.result()));
    }

    /** An op over images. */
    void image(Node node, Op op, Clamp clamp) {
        Ints order = Permutations.TO_CHANNELS_FIRST;
        String real = plain.write(op, List.of(tensors.reals(node.operand(0), order)),
                Permutations.apply(node.operand(0).type().shape(), order),
                Permutations.apply(node.result().type().shape(), order), ScalarType.F32, node.result().name() + "_real");
        finish(node.result(), order, real, clamp);
    }

    private void alike(Node node, Softmax op, Clamp clamp) {
        Ints order = OnnxOrders.of(node, tensors);
        String real = plain.write(new Softmax(Permutations.axisAfter(op.axis(), order), op.beta()),
                List.of(tensors.reals(node.operand(0), order)), null, null, ScalarType.F32,
                node.result().name() + "_real");
        finish(node.result(), order, real, clamp);
    }

    /** Means keep their axes first, so that images stay as they are; a reshape then drops them. */
    private void mean(Node node, QMean m) {
        Value x = node.operand(0);
        Ints order = tensors.order(x);
        int[] axes = m.axes().stream().map(a -> Permutations.axisAfter(a, order)).sorted().toArray();
        int[] kept = Permutations.apply(x.type().shape(), order).toArray();
        for (int a : axes) {
            kept[a] = 1;
        }
        QuantizedType.PerTensor type = type(node.result());
        String quantized = average(node, order, Ints.of(axes), m.clamp());
        if (m.keepDims()) {
            tensors.define(node.result(), order, quantized);
            return;
        }
        // The axes that stay come in the graph's order again.
        Ints back = Permutations.inverse(order);
        String ordered = Permutations.keepsOrder(Shape.of(kept), back) ? quantized
                : writer.node("Transpose", node.result().name() + "_t", List.of(quantized),
                        attribute("perm", back.toArray()));
        tensors.define(node.result(), Permutations.identity(node.result().type().rank()),
                moved(ordered, OnnxElements.type(type), y -> plain.reshape(y, node.result().type().shape().toArray(),
                        node.result().name()), node.result().name()));
    }

    /** Writes the mean of the operand in an order over axes that stay; gives its stored elements. */
    String average(Node node, Ints order, Ints axes, Clamp clamp) {
        String real = plain.write(new Reduce(ReduceKind.MEAN, axes, true),
                List.of(tensors.reals(node.operand(0), order)), null, null, ScalarType.F32,
                node.result().name() + "_real");
        return clampedReals(node.result(), real, clamp);
    }

    /** Moves stored elements: this form moves their reals. */
    String moved(String stored, QuantizedType.PerTensor type, java.util.function.UnaryOperator<String> move,
            String hint) {
        return tensors.quantize(move.apply(tensors.dequantize(stored, type, hint + "_real")), type, hint);
    }

    private void lookup(Node node) {
        Value x = node.operand(0);
        Ints order = tensors.order(x);
        Tensor table = Constants.data(node.operand(1)).orElseThrow(() -> new Inexpressible("a table that varies"))
                .toTensor();
        Optional<Op> function = TableFunction.of(table, type(x), type(node.result()));
        if (function.isPresent()) {
            tensors.define(node.result(), order, function(node, order, function.get()));
            return;
        }
        // Stored operands are u8 here and count the entries from 0.
        Tensor entries = OnnxElements.stored(table.withType(table.type().withElement(type(node.result()))));
        String index = writer.node("Cast", node.result().name() + "_index", List.of(tensors.stored(x, order)),
                attribute("to", OnnxElements.code(ScalarType.I32)));
        tensors.define(node.result(), order, writer.node("Gather", node.result().name(),
                List.of(writer.initializer(node.result().name() + "_table", entries), index), attribute("axis", 0)));
    }

    /** Writes a function of one element; gives its stored results. */
    String function(Node node, Ints order, Op function) {
        String real = plain.write(function, List.of(tensors.reals(node.operand(0), order)), null, null, ScalarType.F32,
                node.result().name() + "_real");
        return tensors.quantize(real, OnnxElements.type(type(node.result())), node.result().name());
    }
}
