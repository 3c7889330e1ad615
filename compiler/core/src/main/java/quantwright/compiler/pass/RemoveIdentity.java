package quantwright.compiler.pass;

import java.util.List;
import java.util.stream.IntStream;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Identity;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Window2d;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;

/**
 * Removes ops that give their operand back, and composes neighbours of one kind. Every bit stays, except that an
 * average over single elements may turn -0 into +0 where it stands.
 */
public final class RemoveIdentity extends RewritePass {
    /** The pass. */
    public RemoveIdentity() {
        super(new PassInfo("remove-identity", "removes ops that give their operand back", Level.QUANT));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("identity", "identity(x) -> x", RemoveIdentity::identity),
                new Rewrite("no-op-movement", "reshape, transpose, pad, slice, concat, expand, cast to the same -> x",
                        RemoveIdentity::movement),
                new Rewrite("no-op-arithmetic", "x * 1, x / 1, x - 0, x + -0, clip(x, -inf, inf) -> x",
                        RemoveIdentity::arithmetic),
                new Rewrite("one-element-pool", "pool 1x1 stride 1 -> x", RemoveIdentity::pool),
                new Rewrite("compose-reshapes", "reshape(reshape(x)) -> reshape(x)", RemoveIdentity::composeReshapes),
                new Rewrite("compose-transposes", "transpose(transpose(x, p), q) -> transpose(x, p then q)",
                        RemoveIdentity::composeTransposes),
                new Rewrite("compose-slices", "slice(slice(x)) -> slice(x)", RemoveIdentity::composeSlices),
                new Rewrite("compose-pads", "pad(pad(x, c), c) -> pad(x, c)", RemoveIdentity::composePads),
                new Rewrite("compose-reinterprets", "reinterpret(reinterpret(x)) -> reinterpret(x)",
                        RemoveIdentity::composeReinterprets),
                new Rewrite("no-op-quantization", "quantize(dequantize(q)), requantize, reinterpret to the same -> q",
                        RemoveIdentity::quantization));
    }

    // identity(x) -> x
    private static boolean identity(Graph graph, Node node) {
        return node.op() instanceof Identity && forward(graph, node, node.operand(0));
    }

    // reshape(x, shape of x) -> x, and so on
    private static boolean movement(Graph graph, Node node) {
        boolean same = switch (node.op()) {
            case Reshape _, Expand _, Cast _ ->
                    node.operand(0).type().canonical().equals(node.result().type().canonical());
            case Transpose t -> Permutations.isIdentity(t.permutation());
            case Pad p -> isZero(p.before()) && isZero(p.after());
            case Slice s -> isWhole(s, node.operand(0));
            case Concat _ -> node.operands().size() == 1;
            case QConcat _ -> node.operands().size() == 1
                    && node.operand(0).type().element().equals(node.result().type().element());
            case DepthToSpace d -> d.block() == 1;
            case SpaceToDepth s -> s.block() == 1;
            case ChannelShuffle s -> s.groups() == 1 || s.groups() == node.operand(0).type().dim(-1);
            case Resize r -> r.spec().mode() == ResizeMode.NEAREST && r.spec().scaleH() == 1 && r.spec().scaleW() == 1
                    && node.operand(0).type().shape().equals(node.result().type().shape());
            default -> false;
        };
        return same && forward(graph, node, node.operand(0));
    }

    // x * 1 -> x, and so on; not x + 0, which turns -0 into +0
    private static boolean arithmetic(Graph graph, Node node) {
        return switch (node.op()) {
            case Clip c -> c.min() == Float.NEGATIVE_INFINITY && c.max() == Float.POSITIVE_INFINITY
                    && forward(graph, node, node.operand(0));
            case Binary b -> isNeutral(b.kind(), node.operand(1)) && forwardSameShape(graph, node, node.operand(0))
                    || (b.kind() == BinaryKind.MUL || b.kind() == BinaryKind.ADD)
                    && isNeutral(b.kind(), node.operand(0)) && forwardSameShape(graph, node, node.operand(1));
            default -> false;
        };
    }

    private static boolean isNeutral(BinaryKind kind, Value c) {
        var splat = Constants.splat(c);
        if (splat.isEmpty()) {
            return false;
        }
        double v = splat.getAsDouble();
        return switch (kind) {
            case MUL, DIV, POW -> v == 1;
            case SUB -> Double.doubleToRawLongBits(v) == 0;
            case ADD -> v == 0 && 1 / v < 0;
            case MIN -> v == Double.POSITIVE_INFINITY;
            case MAX -> v == Double.NEGATIVE_INFINITY;
            case MOD -> false;
        };
    }

    // max_pool(x, 1x1) -> x
    private static boolean pool(Graph graph, Node node) {
        Window2d window = switch (node.op()) {
            case MaxPool p -> p.window();
            case AvgPool p -> p.window();
            default -> null;
        };
        return window != null && window.isPointwise() && forward(graph, node, node.operand(0));
    }

    // reshape(reshape(x)) -> reshape(x)
    private static boolean composeReshapes(Graph graph, Node node) {
        if (!(node.op() instanceof Reshape && producer(node) instanceof Reshape)) {
            return false;
        }
        return replace(graph, node, node.op(), node.operand(0).producer().operand(0));
    }

    // transpose(transpose(x, p), q) -> transpose(x, p then q)
    private static boolean composeTransposes(Graph graph, Node node) {
        if (!(node.op() instanceof Transpose outer && producer(node) instanceof Transpose inner)) {
            return false;
        }
        Ints both = Permutations.then(inner.permutation(), outer.permutation());
        return replace(graph, node, new Transpose(both), node.operand(0).producer().operand(0));
    }

    // slice(slice(x, a, n, s), b, m, t) -> slice(x, a + b * s, m, s * t)
    private static boolean composeSlices(Graph graph, Node node) {
        if (!(node.op() instanceof Slice outer && producer(node) instanceof Slice inner)) {
            return false;
        }
        int rank = outer.sizes().size();
        int[] starts = new int[rank];
        int[] steps = new int[rank];
        for (int i = 0; i < rank; i++) {
            starts[i] = inner.starts().get(i) + outer.starts().get(i) * inner.steps().get(i);
            steps[i] = outer.sizes().get(i) == 1 ? 1 : inner.steps().get(i) * outer.steps().get(i);
        }
        Slice both = new Slice(Ints.of(starts), outer.sizes(), Ints.of(steps));
        return replace(graph, node, both, node.operand(0).producer().operand(0));
    }

    // pad(pad(x, c), c) -> pad(x, c), where neither crops
    private static boolean composePads(Graph graph, Node node) {
        if (!(node.op() instanceof Pad outer && producer(node) instanceof Pad inner) || !adds(outer) || !adds(inner)
                || Float.floatToRawIntBits(outer.value()) != Float.floatToRawIntBits(inner.value())) {
            return false;
        }
        Pad both = new Pad(sum(inner.before(), outer.before()), sum(inner.after(), outer.after()), outer.mode(),
                outer.value());
        return replace(graph, node, both, node.operand(0).producer().operand(0));
    }

    private static boolean adds(Pad pad) {
        return pad.mode() == PadMode.CONSTANT && pad.before().stream().allMatch(a -> a >= 0)
                && pad.after().stream().allMatch(a -> a >= 0);
    }

    private static Ints sum(Ints a, Ints b) {
        return Ints.of(IntStream.range(0, a.size()).map(i -> a.get(i) + b.get(i)).toArray());
    }

    // reinterpret(reinterpret(x)) -> reinterpret(x); the shifts between u8 and i8 add up
    private static boolean composeReinterprets(Graph graph, Node node) {
        if (!(node.op() instanceof QReinterpret && producer(node) instanceof QReinterpret)) {
            return false;
        }
        Node made = graph.insertBefore(node, node.op(), List.of(node.operand(0).producer().operand(0)),
                List.of(node.result().type().element()), node.location());
        return forward(graph, node, made.result());
    }

    // quantize(dequantize(q)) -> q where the types agree
    private static boolean quantization(Graph graph, Node node) {
        Value x = node.op() instanceof Quantize && producer(node) instanceof Dequantize
                ? node.operand(0).producer().operand(0)
                : node.op() instanceof Requantize || node.op() instanceof QReinterpret ? node.operand(0) : null;
        if (x == null || !x.type().canonical().equals(node.result().type().canonical())) {
            return false;
        }
        boolean exact = node.op() instanceof QReinterpret || x.type().element() instanceof QuantizedType q
                && q.storage().bits() <= 16 && !overflows(q);
        return exact && forward(graph, node, x);
    }

    /** Whether the dequantized extremes leave the f32 range. */
    private static boolean overflows(QuantizedType q) {
        return IntStream.range(0, q.scaleCount()).anyMatch(i -> q.scale(i) > 1e30f || q.scale(i) < 1e-30f);
    }

    private static Op producer(Node node) {
        Value x = node.operand(0);
        return x.isInput() ? null : x.producer().op();
    }

    private static boolean replace(Graph graph, Node node, Op op, Value x) {
        Node made = graph.insertBefore(node, op, List.of(x), List.of(), node.location());
        return forward(graph, node, made.result());
    }

    private static boolean forwardSameShape(Graph graph, Node node, Value x) {
        return x.type().shape().equals(node.result().type().shape()) && forward(graph, node, x);
    }

    private static boolean forward(Graph graph, Node node, Value x) {
        graph.replaceAllUses(node.result(), x);
        return true;
    }

    private static boolean isZero(Ints amounts) {
        return amounts.stream().allMatch(a -> a == 0);
    }

    private static boolean isWhole(Slice s, Value x) {
        return isZero(s.starts()) && IntStream.range(0, s.sizes().size())
                .allMatch(i -> s.sizes().get(i) == x.type().dim(i) && (s.steps().get(i) == 1 || s.sizes().get(i) == 1));
    }
}
