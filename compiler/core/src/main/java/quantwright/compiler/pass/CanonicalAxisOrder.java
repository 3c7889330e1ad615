package quantwright.compiler.pass;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;

/**
 * Gives the whole graph one axis order. Ops that commute with transposes are gathered into connected regions; a region
 * is permuted as a whole if the transposes at its border then cost less ({@link TransposeCost}). Since every step
 * lowers that measure, the pass ends and never moves a transpose back and forth. A network imported channels-first,
 * each of whose window ops stands between two transposes, comes out channels-last with transposes at its inputs and
 * outputs only.
 *
 * <p>Every bit stays, except that a dense layer behind a flattened image sums in another order, as its weights are
 * permuted.
 */
public final class CanonicalAxisOrder implements Pass {
    /** The pass. */
    public CanonicalAxisOrder() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("canonical-axis-order", "makes images channels-last, with transposes at the boundary only",
                Level.QUANT, List.of("fold-constants", "lower-channel-shuffle", "lower-dense"));
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        boolean changed = simplify(graph, context);
        TransposeCost cost = TransposeCost.of(graph);
        int at = 0;
        while (!cost.equals(TransposeCost.NONE) && (at = improveRegion(graph, at)) >= 0) {
            context.hit("permute-region");
            changed = true;
            simplify(graph, context);
            TransposeCost now = TransposeCost.of(graph);
            if (now.compareTo(cost) >= 0) {
                throw new InternalCompilerError("permuting a region did not make the graph cheaper: " + now
                        + " after " + cost);
            }
            cost = now;
        }
        return changed | reshapeTrivial(graph, context);
    }

    /** Cancels, composes and unifies transposes until nothing is left to do. */
    private static boolean simplify(Graph graph, PassContext context) {
        boolean changed = false;
        boolean again = true;
        while (again) {
            again = false;
            for (Node node : graph) {
                if (node.op() instanceof Transpose) {
                    again |= simplify(graph, node, context);
                } else if (keepReduced(graph, node)) {
                    context.hit("keep-reduced-axes");
                    again = true;
                }
            }
            changed |= again;
        }
        return changed;
    }

    private static boolean simplify(Graph graph, Node node, PassContext context) {
        String hit = remove(graph, node) ? "cancel-transpose"
                : compose(graph, node) ? "compose-transposes"
                : unify(graph, node) ? "unify-transposes"
                : FlattenedDense.absorb(graph, node) ? "transpose-into-dense-weights" : null;
        if (hit == null) {
            return false;
        }
        context.hit(hit);
        DeadCode.eraseIfDead(graph, node);
        return true;
    }

    // transpose(x, identity) -> x
    private static boolean remove(Graph graph, Node node) {
        if (graph.isUnused(node.result())) {
            return true;
        }
        if (!Permutations.isIdentity(((Transpose) node.op()).permutation())) {
            return false;
        }
        graph.replaceAllUses(node.result(), node.operand(0));
        return true;
    }

    // transpose(transpose(x, p), q) -> transpose(x, p then q), unless that moves what q alone does not and p stays
    private static boolean compose(Graph graph, Node node) {
        if (node.operand(0).isInput() || !(node.operand(0).producer().op() instanceof Transpose inner)) {
            return false;
        }
        Value x = node.operand(0).producer().operand(0);
        Ints both = Permutations.then(inner.permutation(), ((Transpose) node.op()).permutation());
        TransposeCost before = TransposeCost.of(node.operand(0).type().shape(), ((Transpose) node.op()).permutation(),
                false);
        if (node.operand(0).users().size() > 1
                && TransposeCost.of(x.type().shape(), both, false).compareTo(before) > 0) {
            return false;
        }
        Value result = Permutations.isIdentity(both) ? x
                : graph.insertBefore(node, new Transpose(both), List.of(x), List.of(), node.location()).result();
        graph.replaceAllUses(node.result(), result);
        return true;
    }

    // transpose(x, p), transpose(x, p) -> transpose(x, p)
    private static boolean unify(Graph graph, Node node) {
        for (Node other : node.operand(0).users()) {
            if (other != node && other.op().equals(node.op()) && precedes(other, node)) {
                graph.replaceAllUses(node.result(), other.result());
                return true;
            }
        }
        return false;
    }

    private static boolean precedes(Node a, Node b) {
        for (Node n : a.graph()) {
            if (n == a || n == b) {
                return n == a;
            }
        }
        return false;
    }

    // reduce(x, axes) -> reshape(reduce(x, axes, kept)), so that reductions commute with transposes
    private static boolean keepReduced(Graph graph, Node node) {
        boolean drops = switch (node.op()) {
            case Reduce r -> !r.keepDims();
            case QMean m -> !m.keepDims();
            default -> false;
        };
        if (!drops || node.operand(0).type().rank() != 4
                || graph.nodes().stream().noneMatch(n -> n.op() instanceof Transpose)) {
            return false;
        }
        var op = node.op() instanceof Reduce r ? new Reduce(r.kind(), r.axes(), true) : keep((QMean) node.op());
        Node kept = graph.insertBefore(node, op, node.operands(), List.of(node.result().type().element()),
                node.location());
        Node flat = graph.insertBefore(node, new Reshape(Ints.of(node.result().type().shape().toArray())),
                List.of(kept.result()), List.of(), node.location());
        graph.replaceAllUses(node.result(), flat.result());
        graph.erase(node);
        return true;
    }

    private static quantwright.ir.op.Op keep(QMean m) {
        return new QMean(m.axes(), true, m.rule(), m.rounding(), m.clamp());
    }

    /**
     * Permutes the first region that gains by it, looking from position {@code start} on and then from the beginning.
     *
     * @return about where it was; -1 if no region gains
     */
    private static int improveRegion(Graph graph, int start) {
        Map<Node, Integer> order = new HashMap<>();
        List<Node> nodes = graph.nodes();
        nodes.forEach(n -> order.put(n, order.size()));
        Set<Node> visited = new HashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            int at = (start + i) % nodes.size();
            Node node = nodes.get(at);
            if (!visited.contains(node) && AxisMapping.movingOperands(node) > 0
                    && new AxisRegion(graph, node, order, visited).improve()) {
                return at;
            }
        }
        return -1;
    }

    // transpose(x) that moves axes of extent 1 only -> reshape(x)
    private static boolean reshapeTrivial(Graph graph, PassContext context) {
        boolean changed = false;
        for (Node node : graph) {
            if (node.op() instanceof Transpose t
                    && Permutations.keepsOrder(node.operand(0).type().shape(), t.permutation())) {
                Ints shape = Ints.of(node.result().type().shape().toArray());
                Node made = graph.insertBefore(node, new Reshape(shape), List.of(node.operand(0)), List.of(),
                        node.location());
                graph.replaceAllUses(node.result(), made.result());
                graph.erase(node);
                context.hit("transpose-to-reshape");
                changed = true;
            }
        }
        return changed;
    }
}
