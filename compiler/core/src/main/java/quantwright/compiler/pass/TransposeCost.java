package quantwright.compiler.pass;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/**
 * What transposes cost, the measure that {@code canonical-axis-order} makes smaller with every step: elements really
 * moved first, then transposes away from the graph's inputs and outputs, then transposes of any kind.
 */
record TransposeCost(long elements, int inner, int count) implements Comparable<TransposeCost> {
    static final TransposeCost NONE = new TransposeCost(0, 0, 0);
    /** A transpose that moves nothing, or that a later step absorbs. */
    static final TransposeCost FREE = new TransposeCost(0, 0, 1);
    private static final Comparator<TransposeCost> ORDER = Comparator.comparingLong(TransposeCost::elements)
            .thenComparingInt(TransposeCost::inner).thenComparingInt(TransposeCost::count);

    /** Cost of transposing a tensor of shape {@code s} by {@code p}. */
    static TransposeCost of(Shape s, Ints p, boolean atBoundary) {
        if (Permutations.isIdentity(p)) {
            return NONE;
        }
        return Permutations.keepsOrder(s, p) ? FREE : new TransposeCost(s.elementCount(), atBoundary ? 0 : 1, 1);
    }

    /** Cost of all transposes of a graph; equal ones count once. */
    static TransposeCost of(Graph graph) {
        Map<List<Object>, Boolean> atBoundary = new LinkedHashMap<>();
        for (Node node : graph) {
            if (node.op() instanceof Transpose && !graph.isUnused(node.result())) {
                boolean edge = node.operand(0).isInput() || node.result().users().isEmpty();
                atBoundary.merge(List.of(node.operand(0), node.op()), edge, Boolean::logicalAnd);
            }
        }
        TransposeCost total = NONE;
        for (Map.Entry<List<Object>, Boolean> e : atBoundary.entrySet()) {
            Value x = (Value) e.getKey().get(0);
            total = total.plus(of(x.type().shape(), ((Transpose) e.getKey().get(1)).permutation(), e.getValue()));
        }
        return total;
    }

    TransposeCost plus(TransposeCost o) {
        return new TransposeCost(elements + o.elements, inner + o.inner, count + o.count);
    }

    @Override
    public int compareTo(TransposeCost o) {
        return ORDER.compare(this, o);
    }
}
