package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/**
 * Recognises ShuffleNet's channel shuffle spelled as reshape, transpose, reshape (Zhang et al., "ShuffleNet", 2018,
 * section 3.1), over the last axis or over axis 1 of a rank 4 tensor; the latter is put between transposes that {@code
 * canonical-axis-order} then moves away. Every bit stays.
 */
public final class LowerChannelShuffle extends RewritePass {
    /** The pass. */
    public LowerChannelShuffle() {
        super(new PassInfo("lower-channel-shuffle", "recognises channel shuffles", Level.QUANT));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(new Rewrite("channel-shuffle",
                "reshape(transpose(reshape(x, [N,g,C/g,H,W]), swap g and C/g), shape of x) -> channel_shuffle(x, g)",
                LowerChannelShuffle::lower));
    }

    // reshape(transpose(reshape(x, [..,g,C/g,..]), swap), shape of x) -> channel_shuffle(x, g)
    private static boolean lower(Graph graph, Node node) {
        if (!(node.op() instanceof Reshape) || !(producer(node) instanceof Node swap
                && swap.op() instanceof Transpose t && producer(swap) instanceof Node split
                && split.op() instanceof Reshape)) {
            return false;
        }
        Value x = split.operand(0);
        Shape shape = x.type().shape();
        Shape parts = split.result().type().shape();
        int at = swappedPair(t.permutation());
        if (at < 0 || !node.result().type().shape().equals(shape)) {
            return false;
        }
        int groups = parts.dim(at);
        int axis = axisOf(shape, parts.product(0, at), groups * parts.dim(at + 1));
        if (axis < 0 || groups == 1 || parts.dim(at + 1) == 1) {
            return false;
        }
        ChannelShuffle op = new ChannelShuffle(groups);
        if (axis == shape.rank() - 1) {
            graph.replaceAllUses(node.result(), insert(graph, node, op, x).result());
            return true;
        }
        if (shape.rank() != 4 || axis != 1) {
            return false;
        }
        Node toLast = insert(graph, node, new Transpose(Permutations.TO_CHANNELS_LAST), x);
        Node shuffle = insert(graph, node, op, toLast.result());
        Node back = insert(graph, node, new Transpose(Permutations.TO_CHANNELS_FIRST), shuffle.result());
        graph.replaceAllUses(node.result(), back.result());
        return true;
    }

    /**
     * The axis of extent {@code channels} that {@code before} elements' worth of axes precede; the last such, or -1.
     */
    private static int axisOf(Shape shape, long before, int channels) {
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.dim(axis) == channels && shape.product(0, axis) == before) {
                return axis;
            }
        }
        return -1;
    }

    /**
     * The first of two neighbouring axes that {@code p} swaps while it keeps all others; -1 if it does something else.
     */
    private static int swappedPair(Ints p) {
        for (int at = 0; at + 1 < p.size(); at++) {
            int[] swapped = Permutations.identity(p.size()).toArray();
            swapped[at] = at + 1;
            swapped[at + 1] = at;
            if (p.equals(Ints.of(swapped))) {
                return at;
            }
        }
        return -1;
    }

    private static Node producer(Node node) {
        return node.operand(0).producer();
    }

    private static Node insert(Graph graph, Node at, quantwright.ir.op.Op op, Value x) {
        return graph.insertBefore(at, op, List.of(x), List.of(), at.location());
    }
}
