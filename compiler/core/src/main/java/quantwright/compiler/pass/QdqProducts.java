package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Op;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Convolutions, dense layers and matrix products between quantized tensors. */
final class QdqProducts {
    private static final int BYTE = 8;

    /** Operands of a product's integer form, with the scale of the second for each output, or one for all. */
    private record Operands(List<Value> values, QuantizedType weights) {
        float inputScale() {
            return values.get(0).type().quantized().scale(0);
        }
    }

    private QdqProducts() {
    }

    // quantize(clamp(conv(dequantize(x), dequantize(w), b))) -> q.conv2d(x, w, b), and so on
    static boolean lower(Graph graph, Node node) {
        Qdq.End end = Qdq.end(graph, node).orElse(null);
        Node product = end == null ? null : end.producer(graph);
        Operands operands = product == null ? null : operands(graph, product);
        return operands != null && LowerQdq.replace(graph, end, integerOp(product, end.clamp()), operands.values());
    }

    // conv(dequantize(x), dequantize(w), b) -> dequantize(q.conv2d(x, w, b): i32 at scale s_x * s_w)
    static boolean lowerRaw(Graph graph, Node node) {
        if (!isProduct(node.op()) || graph.isUnused(node.result()) || reachesQuantize(node.result())) {
            return false;
        }
        Operands operands = operands(graph, node);
        QuantizedType type = operands == null ? null : sumType(operands, node.result().type());
        if (type == null) {
            return false;
        }
        Value sums = graph.insertBefore(node, integerOp(node, Clamp.full(ScalarType.I32)), operands.values(),
                List.of(ScalarType.I32), node.location()).result();
        Value typed = graph.insertBefore(node, new QReinterpret(), List.of(sums), List.of(type), node.location())
                .result();
        Node reals = graph.insertBefore(node, new Dequantize(), List.of(typed), List.of(), node.location());
        graph.replaceAllUses(node.result(), reals.result());
        return true;
    }

    // q.dense(x, w): i32 + constant -> q.dense(x, w, constant): i32; sums wrap either way
    static boolean addBias(Graph graph, Node node) {
        if (!(node.op() instanceof Binary b) || b.kind() != BinaryKind.ADD
                || node.result().type().element() != ScalarType.I32) {
            return false;
        }
        for (int i = 0; i < 2; i++) {
            Value sums = node.operand(i);
            int[] bias = bias(node.operand(1 - i), sums.type());
            if (bias != null && !sums.isInput() && Qdq.isReadOnce(graph, sums) && sums.producer().operands().size() == 2
                    && (sums.producer().op() instanceof QDense || sums.producer().op() instanceof QConv2d)) {
                Tensor data = Tensor.of(TensorType.of(ScalarType.I32, bias.length), bias);
                Node product = sums.producer();
                Value constant = Constants.insert(graph, node, ConstantData.of(data), node.operand(1 - i));
                Node made = graph.insertBefore(node, product.op(),
                        List.of(product.operand(0), product.operand(1), constant), List.of(ScalarType.I32),
                        product.location());
                graph.replaceAllUses(node.result(), made.result());
                return true;
            }
        }
        return false;
    }

    /** A constant that adds one i32 to each index of the last axis of {@code sums}; null for anything else. */
    private static int[] bias(Value value, TensorType sums) {
        ConstantData data = Constants.data(value).orElse(null);
        if (data == null || data.type().element() != ScalarType.I32 || data.type().rank() == 0
                || data.type().rank() > sums.rank() || data.type().dim(-1) != sums.dim(-1)
                || data.type().shape().elementCount() != sums.dim(-1)) {
            return null;
        }
        return data.toTensor().ints();
    }

    private static boolean isProduct(Op op) {
        return op instanceof Conv2d || op instanceof Dense || op instanceof MatMul;
    }

    /** Whether a Quantize is still to meet the value, behind clamps and what can move out of the way. */
    private static boolean reachesQuantize(Value value) {
        return value.users().stream().anyMatch(u -> u.op() instanceof Quantize
                || (Qdq.isClamp(u.op()) || QdqMoves.isMove(u.op())) && reachesQuantize(u.result()));
    }

    private static Op integerOp(Node product, Clamp clamp) {
        return switch (product.op()) {
            case Conv2d c -> new QConv2d(c.window(), c.groups(), LowerQdq.rounding(c.groups() > 1
                    && product.operand(1).type().dim(3) == 1 ? OpFamily.DEPTHWISE_CONVOLUTION : OpFamily.CONVOLUTION),
                    clamp);
            case Dense _ -> new QDense(LowerQdq.rounding(OpFamily.MATRIX_PRODUCT), clamp);
            case MatMul m -> new QMatMul(m.transposeB(), LowerQdq.rounding(OpFamily.MATRIX_PRODUCT), clamp);
            default -> throw new IllegalStateException(product.op().mnemonic());
        };
    }

    /** Operands of the integer form; null if it is not legal. A bias is inserted as a constant. */
    private static Operands operands(Graph graph, Node product) {
        if (!isProduct(product.op())) {
            return null;
        }
        Value x = Qdq.byteBeneath(product.operand(0));
        Value w = Qdq.beneath(product.operand(1));
        if (x == null || w == null || w.type().storage().bits() > BYTE || w.type().quantized().expressed()
                != ScalarType.F32) {
            return null;
        }
        if (product.op() instanceof MatMul m) {
            boolean legal = isColumnwise(w, m) && fits(x, (long) x.type().dim(-1) * spread(w.type().quantized()));
            return legal ? new Operands(List.of(x, w), w.type().quantized()) : null;
        }
        ConstantData weights = Constants.data(w).orElse(null);
        if (weights == null || !(w.type().element() instanceof QuantizedType.PerTensor
                || w.type().element() instanceof QuantizedType.PerAxis a && a.axis() == 0
                || w.type().element() instanceof QuantizedType.PerGroup && product.op() instanceof Dense)) {
            return null;
        }
        int[] bias = product.operands().size() < 3 ? new int[0] : bias(product.operand(2), x, w.type().quantized());
        if (bias == null || !sumsFit(x, weights.toTensor(), bias)) {
            return null;
        }
        List<Value> values = new ArrayList<>(List.of(x, w));
        if (bias.length > 0) {
            Tensor data = Tensor.of(TensorType.of(ScalarType.I32, bias.length), bias);
            Value made = Constants.insert(graph, product, ConstantData.of(data), product.operand(2));
            made.setName("");
            values.add(made);
        }
        return new Operands(values, w.type().quantized());
    }

    /** Whether a matrix product's right operand has one scale, or is a constant with one for each column. */
    private static boolean isColumnwise(Value w, MatMul m) {
        return switch (w.type().quantized()) {
            case QuantizedType.PerTensor _ -> true;
            case QuantizedType.PerAxis a -> Constants.isConstant(w)
                    && a.axis() == w.type().rank() - (m.transposeB() ? 2 : 1);
            case QuantizedType.PerBlock _, QuantizedType.PerGroup _ -> false;
        };
    }

    /** The bias in units of s_x * s_w; null if it is no constant or exceeds 2^30. */
    private static int[] bias(Value bias, Value x, QuantizedType weights) {
        Value stored = Qdq.beneath(bias);
        ConstantData data = Constants.data(stored == null ? bias : stored).orElse(null);
        if (data == null || stored == null && bias.type().element() != ScalarType.F32) {
            return null;
        }
        float inputScale = x.type().quantized().scale(0);
        Tensor tensor = data.toTensor();
        QuantizedType type = stored == null ? null : stored.type().quantized();
        int[] out = new int[tensor.size()];
        for (int i = 0; i < out.length; i++) {
            float weightScale = weights.sumScale(weights.sumScaleCount() == 1 ? 0 : i);
            int at = type == null || type.scaleCount() == 1 ? 0 : i;
            if (type != null && type.zeroPoint(at) == 0 && isProductScale(type.scale(at), inputScale, weightScale)) {
                out[i] = Math.toIntExact(tensor.integer(i));
                continue;
            }
            float real = type == null ? tensor.floats()[i]
                    : (float) (tensor.integer(i) - type.zeroPoint(at)) * type.scale(at);
            try {
                out[i] = Scales.quantizeBias(real, inputScale, weightScale);
            } catch (ArithmeticException e) {
                return null;
            }
        }
        return out;
    }

    /** Whether a bias scale is s_x * s_w up to one rounding to f32. */
    private static boolean isProductScale(float scale, float input, float weight) {
        float exact = (float) ((double) input * (double) weight);
        return Math.abs(scale - exact) <= Math.ulp(exact);
    }

    /** |bias| + sum|w - z| * max|x - z|, times the multipliers of groups, fits i32 for each output. */
    private static boolean sumsFit(Value x, Tensor weights, int[] bias) {
        QuantizedType type = weights.type().quantized();
        int outputs = weights.type().dim(0);
        int per = weights.size() / Math.max(1, outputs);
        for (int o = 0; o < outputs; o++) {
            int zero = type.zeroPoint(type.scaleCount() == 1 ? 0 : o);
            long sum = 0;
            for (int k = o * per; k < (o + 1) * per; k++) {
                sum += Math.abs(weights.integer(k) - zero) * (type instanceof QuantizedType.PerGroup g
                        ? g.multiplier(o, k - o * per) : 1L);
            }
            long limit = Integer.MAX_VALUE - (bias.length == 0 ? 0 : Math.abs((long) bias[o]));
            if (sum * spread(x.type().quantized()) > limit) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(Value x, long weightSum) {
        return weightSum * spread(x.type().quantized()) <= Integer.MAX_VALUE;
    }

    /** Greatest |q - zero| of a type. */
    private static long spread(QuantizedType type) {
        long most = 0;
        for (int i = 0; i < type.scaleCount(); i++) {
            most = Math.max(most, Math.max(type.storage().maxValue() - type.zeroPoint(i),
                    type.zeroPoint(i) - type.storage().minValue()));
        }
        return most;
    }

    /** Type of the i32 sums: scale s_x * s_w, zero point 0; null if that is no normal f32 number. */
    private static QuantizedType sumType(Operands operands, TensorType result) {
        float input = operands.inputScale();
        float[] scales = new float[operands.weights().sumScaleCount()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) ((double) input * (double) operands.weights().sumScale(i));
            if (!(scales[i] > 0) || Float.isInfinite(scales[i])) {
                return null;
            }
        }
        return scales.length == 1 ? QuantizedType.perTensor(ScalarType.I32, scales[0], 0)
                : new QuantizedType.PerAxis(ScalarType.I32, ScalarType.F32, result.rank() - 1, Floats.of(scales),
                        Ints.of(new int[scales.length]));
    }
}
