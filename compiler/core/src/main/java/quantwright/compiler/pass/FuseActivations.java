package quantwright.compiler.pass;

import java.util.List;
import java.util.OptionalDouble;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.pass.PassInfo;

/**
 * Brings activations into one canonical op each, so that the quantizer can narrow clamps and backends can fuse them.
 * ReLU is {@code unary RELU}, a bounded one is {@code clip}. Clamps agree up to the sign of a zero; SILU, GELU and hard
 * swish agree with the spelled-out formula to float accuracy.
 */
public final class FuseActivations extends RewritePass {
    /** The pass. */
    public FuseActivations() {
        super(new PassInfo("fuse-activations", "brings activations into one canonical op each", Level.GRAPH,
                List.of("fold-constants")));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("min-max-to-clip", "min(x, c) -> clip(x, -inf, c); max(x, c) -> clip(x, c, inf)",
                        FuseActivations::minMaxToClip),
                new Rewrite("merge-clamps", "clip(clip(x, a, b), c, d) -> clip(x, ...); the same with relu",
                        FuseActivations::mergeClamps),
                new Rewrite("clip-to-relu", "clip(x, 0, inf) -> relu(x)", FuseActivations::clipToRelu),
                new Rewrite("max-to-leaky-relu", "max(x, x * a) -> leaky_relu(x, a), 0 < a < 1",
                        FuseActivations::maxToLeakyRelu),
                new Rewrite("clip-to-hard-sigmoid", "clip(x + 3, 0, 6) / 6 -> hard_sigmoid(x, 1/6, 0.5)",
                        ProductActivations::hardSigmoid),
                new Rewrite("product-to-silu", "x * sigmoid(x) -> silu(x)", ProductActivations::silu),
                new Rewrite("product-to-hard-swish",
                        "x * hard_sigmoid(x, 1/6, 0.5), x * clip(x + 3, 0, 6) / 6 -> hard_swish(x)",
                        ProductActivations::hardSwish),
                new Rewrite("erf-to-gelu", "x * (1 + erf(x / sqrt 2)) / 2 -> gelu(x)", ProductActivations::gelu),
                new Rewrite("tanh-to-gelu", "x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3))) / 2 -> gelu_tanh(x)",
                        ProductActivations::geluTanh));
    }

    // min(x, c) -> clip(x, -inf, c); max(x, c) -> clip(x, c, inf)
    private static boolean minMaxToClip(Graph graph, Node node) {
        if (!(node.op() instanceof Binary b && (b.kind() == BinaryKind.MIN || b.kind() == BinaryKind.MAX))) {
            return false;
        }
        int at = Constants.isConstant(node.operand(0)) ? 0 : 1;
        OptionalDouble c = Constants.splat(node.operand(at));
        Value x = node.operand(1 - at);
        if (c.isEmpty() || Double.isNaN(c.getAsDouble()) || !x.type().equals(node.result().type())) {
            return false;
        }
        float bound = (float) c.getAsDouble();
        return replace(graph, node, b.kind() == BinaryKind.MIN
                ? new Clip(Float.NEGATIVE_INFINITY, bound) : new Clip(bound, Float.POSITIVE_INFINITY), x);
    }

    // clip(clip(x, a, b), c, d) -> clip(x, clamp(a, c, d), clamp(b, c, d))
    private static boolean mergeClamps(Graph graph, Node node) {
        Clip outer = clamp(node.op());
        if (outer == null || node.operand(0).isInput()) {
            return false;
        }
        Node before = node.operand(0).producer();
        Clip inner = clamp(before.op());
        if (inner == null || !LinearLayer.isSoleUse(graph, node.operand(0)) || !(outer.min() <= outer.max())
                || !(inner.min() <= inner.max())) {
            return false;
        }
        Clip both = new Clip(Math.min(Math.max(inner.min(), outer.min()), outer.max()),
                Math.min(Math.max(inner.max(), outer.min()), outer.max()));
        Op op = isRelu(both) ? new Unary(UnaryKind.RELU) : both;
        return replace(graph, node, op, before.operand(0));
    }

    // clip(x, 0, inf) -> relu(x)
    private static boolean clipToRelu(Graph graph, Node node) {
        return node.op() instanceof Clip c && isRelu(c) && node.operand(0).type().storage().isFloat()
                && replace(graph, node, new Unary(UnaryKind.RELU), node.operand(0));
    }

    // max(x, x * a) -> leaky_relu(x, a), where 0 < a < 1
    private static boolean maxToLeakyRelu(Graph graph, Node node) {
        if (!(node.op() instanceof Binary b && b.kind() == BinaryKind.MAX)) {
            return false;
        }
        for (int i = 0; i < 2; i++) {
            Value x = node.operand(i);
            Value scaled = node.operand(1 - i);
            if (scaled.isInput() || !(scaled.producer().op() instanceof Binary m && m.kind() == BinaryKind.MUL)
                    || !scaled.producer().operands().contains(x) || !scaled.type().equals(x.type())) {
                continue;
            }
            Node product = scaled.producer();
            OptionalDouble a = Constants.splat(product.operand(product.operand(0) == x ? 1 : 0));
            if (a.isPresent() && a.getAsDouble() > 0 && a.getAsDouble() < 1) {
                return replace(graph, node, new LeakyRelu((float) a.getAsDouble()), x);
            }
        }
        return false;
    }

    private static boolean isRelu(Clip c) {
        return c.min() == 0 && c.max() == Float.POSITIVE_INFINITY;
    }

    private static Clip clamp(Op op) {
        return switch (op) {
            case Clip c -> c;
            case Unary u when u.kind() == UnaryKind.RELU -> new Clip(0, Float.POSITIVE_INFINITY);
            default -> null;
        };
    }

    /** Replaces {@code node} by {@code op} on {@code x}. */
    static boolean replace(Graph graph, Node node, Op op, Value x) {
        Node made = graph.insertBefore(node, op, List.of(x), List.of(), node.location());
        graph.replaceAllUses(node.result(), made.result());
        return true;
    }

    /** The slope and offset at which hard swish takes its hard sigmoid. */
    static boolean isSwishGate(HardSigmoid h) {
        return Constants.isAbout(h.alpha(), 1.0 / 6) && h.beta() == 0.5f;
    }
}
