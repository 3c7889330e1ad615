package quantwright.compiler.pass;

import java.util.Comparator;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/**
 * What transposes cost, the measure that {@code canonical-axis-order} makes smaller with every step: elements really moved
 * first, then transposes away from the graph's inputs and outputs, then transposes of any kind.
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

    TransposeCost plus(TransposeCost o) {
        return new TransposeCost(elements + o.elements, inner + o.inner, count + o.count);
    }

    @Override
    public int compareTo(TransposeCost o) {
        return ORDER.compare(this, o);
    }
}
