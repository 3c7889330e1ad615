package quantwright.compiler.importer.onnx;

import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Identity;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Op;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Where;
import quantwright.ir.type.ScalarType;

/** Activations with parameters, and softmax. Those without an op of their own become their defining formula. */
final class ActivationOps {
    /** Makes a softmax along an axis. */
    @FunctionalInterface
    private interface AlongAxis {
        Op make(int axis);
    }

    private ActivationOps() {
    }

    static void register(OpTable table) {
        table.add("LeakyRelu", cx -> set(cx, new LeakyRelu(cx.attributes().floatOr("alpha", 0.01f))));
        table.add("Elu", cx -> set(cx, new Elu(cx.attributes().floatOr("alpha", 1))));
        table.add("HardSigmoid", cx -> set(cx, new HardSigmoid(cx.attributes().floatOr("alpha", 0.2f),
                cx.attributes().floatOr("beta", 0.5f))));
        table.add("Gelu", ActivationOps::gelu);
        table.add("Selu", ActivationOps::selu);
        table.add("Celu", ActivationOps::celu);
        table.add("ThresholdedRelu", ActivationOps::thresholdedRelu);
        table.add("Softsign", ActivationOps::softsign);
        table.add("Mish", ActivationOps::mish);
        table.add("Swish", ActivationOps::swish);
        table.add("Shrink", ActivationOps::shrink);
        table.add("Clip", ActivationOps::clip);
        table.add("Softmax", cx -> softmax(cx, axis -> new Softmax(axis, 1)));
        table.add("LogSoftmax", cx -> softmax(cx, LogSoftmax::new));
    }

    private static void set(NodeContext cx, Op op) {
        cx.set(0, cx.emit(op, cx.input(0)));
    }

    private static Edge times(NodeContext cx, Edge x, double factor) {
        return cx.emit(new Binary(BinaryKind.MUL), x, Emitter.scalar(x.type().storage(), factor));
    }

    private static void gelu(NodeContext cx) {
        String form = cx.attributes().stringOr("approximate", "none");
        set(cx, new Unary(switch (form) {
            case "none" -> UnaryKind.GELU;
            case "tanh" -> UnaryKind.GELU_TANH;
            default -> throw Attributes.fail("approximate", "is '" + form + "', which is not known");
        }));
    }

    // gamma * (x < 0 ? alpha * (exp(x) - 1) : x)
    private static void selu(NodeContext cx) {
        float alpha = cx.attributes().floatOr("alpha", 1.67326319217681884765625f);
        float gamma = cx.attributes().floatOr("gamma", 1.05070102214813232421875f);
        cx.set(0, times(cx, cx.emit(new Elu(alpha), cx.input(0)), gamma));
    }

    // max(0, x) + min(0, alpha * (exp(x / alpha) - 1)) = alpha * elu(x / alpha)
    private static void celu(NodeContext cx) {
        float alpha = cx.attributes().floatOr("alpha", 1);
        Edge x = cx.input(0);
        Edge scaled = cx.emit(new Binary(BinaryKind.DIV), x, Emitter.scalar(x.type().storage(), alpha));
        cx.set(0, times(cx, cx.emit(new Elu(1), scaled), alpha));
    }

    // x > alpha ? x : 0
    private static void thresholdedRelu(NodeContext cx) {
        Edge x = cx.input(0);
        ScalarType type = x.type().storage();
        Edge above = cx.emit(new Compare(CompareKind.GREATER), x,
                Emitter.scalar(type, cx.attributes().floatOr("alpha", 1)));
        cx.set(0, cx.emit(new Where(), above, x, Emitter.scalar(type, 0)));
    }

    // x / (1 + |x|)
    private static void softsign(NodeContext cx) {
        Edge x = cx.input(0);
        Edge below = cx.emit(new Binary(BinaryKind.ADD), cx.emit(new Unary(UnaryKind.ABS), x),
                Emitter.scalar(x.type().storage(), 1));
        cx.set(0, cx.emit(new Binary(BinaryKind.DIV), x, below));
    }

    // x * tanh(softplus(x))
    private static void mish(NodeContext cx) {
        Edge x = cx.input(0);
        Edge gate = cx.emit(new Unary(UnaryKind.TANH), cx.emit(new Unary(UnaryKind.SOFTPLUS), x));
        cx.set(0, cx.emit(new Binary(BinaryKind.MUL), x, gate));
    }

    // x * sigmoid(alpha * x)
    private static void swish(NodeContext cx) {
        float alpha = cx.attributes().floatOr("alpha", 1);
        Edge x = cx.input(0);
        if (alpha == 1) {
            set(cx, new Unary(UnaryKind.SILU));
            return;
        }
        Edge gate = cx.emit(new Unary(UnaryKind.SIGMOID), times(cx, x, alpha));
        cx.set(0, cx.emit(new Binary(BinaryKind.MUL), x, gate));
    }

    // x < -lambd ? x + bias : x > lambd ? x - bias : 0
    private static void shrink(NodeContext cx) {
        Edge x = cx.input(0);
        ScalarType type = x.type().storage();
        Edge bias = Emitter.scalar(type, cx.attributes().floatOr("bias", 0));
        float lambd = cx.attributes().floatOr("lambd", 0.5f);
        Edge above = cx.emit(new Compare(CompareKind.GREATER), x, Emitter.scalar(type, lambd));
        Edge below = cx.emit(new Compare(CompareKind.LESS), x, Emitter.scalar(type, -lambd));
        Edge high = cx.emit(new Where(), above, cx.emit(new Binary(BinaryKind.SUB), x, bias), Emitter.scalar(type, 0));
        cx.set(0, cx.emit(new Where(), below, cx.emit(new Binary(BinaryKind.ADD), x, bias), high));
    }

    private static void clip(NodeContext cx) {
        Edge x = cx.input(0);
        if (cx.opset() < 11) {
            set(cx, new Clip(cx.attributes().floatOr("min", -Float.MAX_VALUE),
                    cx.attributes().floatOr("max", Float.MAX_VALUE)));
            return;
        }
        boolean known = (!cx.has(1) || cx.input(1).isConstant()) && (!cx.has(2) || cx.input(2).isConstant());
        if (known && x.type().storage().isFloat()) {
            set(cx, new Clip(cx.has(1) ? cx.knownFloat(1, "min") : Float.NEGATIVE_INFINITY,
                    cx.has(2) ? cx.knownFloat(2, "max") : Float.POSITIVE_INFINITY));
            return;
        }
        Edge y = x;
        if (cx.has(1)) {
            y = cx.emit(new Binary(BinaryKind.MAX), y, cx.input(1));
        }
        if (cx.has(2)) {
            y = cx.emit(new Binary(BinaryKind.MIN), y, cx.input(2));
        }
        cx.set(0, y == x ? cx.emit(new Identity(), x) : y);
    }

    /** Before operator set 13 the axis splits the shape in two, and the second part is normalized as one. */
    private static void softmax(NodeContext cx, AlongAxis op) {
        Edge x = cx.input(0);
        if (cx.opset() >= 13) {
            cx.set(0, cx.emit(op.make(cx.axis(cx.attributes().intOr("axis", -1), x.rank())), x));
            return;
        }
        int given = cx.attributes().intOr("axis", 1);
        int axis = given == x.rank() ? given : cx.axis(given, x.rank());
        long wide = x.shape().product(axis, x.rank());
        if (axis < x.rank() && wide == x.dim(axis)) {
            // At most unit axes follow: the same elements are normalized along the axis itself.
            cx.set(0, cx.emit(op.make(axis), x));
        } else {
            Edge flat = cx.emitter().reshape(x, Math.toIntExact(x.shape().product(0, axis)), Math.toIntExact(wide));
            cx.set(0, cx.emitter().reshape(cx.emit(op.make(1), flat), x.shape().toArray()));
        }
    }
}
