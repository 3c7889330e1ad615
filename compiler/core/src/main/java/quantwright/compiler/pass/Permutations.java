package quantwright.compiler.pass;

import java.util.stream.IntStream;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/** Algebra of axis permutations in the convention of {@code Transpose}: result axis i is operand axis {@code p[i]}. */
public final class Permutations {
    /** [N,C,H,W] to [N,H,W,C]. */
    public static final Ints TO_CHANNELS_LAST = Ints.of(0, 2, 3, 1);
    /** [N,H,W,C] to [N,C,H,W]. */
    public static final Ints TO_CHANNELS_FIRST = Ints.of(0, 3, 1, 2);

    private Permutations() {
    }

    /** Whether {@code p} leaves every axis where it is. */
    public static boolean isIdentity(Ints p) {
        return IntStream.range(0, p.size()).allMatch(i -> p.get(i) == i);
    }

    /** The permutation that changes nothing. */
    public static Ints identity(int rank) {
        return Ints.range(0, rank);
    }

    /** The permutation that undoes {@code p}. */
    public static Ints inverse(Ints p) {
        int[] out = new int[p.size()];
        for (int i = 0; i < out.length; i++) {
            out[p.get(i)] = i;
        }
        return Ints.of(out);
    }

    /** The permutation of first transposing by {@code first}, then by {@code second}. */
    public static Ints then(Ints first, Ints second) {
        return apply(first, second);
    }

    /** Per-axis attributes of an operand, in the axis order of its transpose by {@code p}. */
    public static Ints apply(Ints attribute, Ints p) {
        return Ints.of(p.stream().map(attribute::get).toArray());
    }

    /** Shape of a tensor of shape {@code s} transposed by {@code p}. */
    public static Shape apply(Shape s, Ints p) {
        return Shape.of(p.stream().map(s::dim).toArray());
    }

    /** Where axis {@code axis} of a tensor (negative ones count from the end) is in its transpose by {@code p}. */
    public static int axisAfter(int axis, Ints p) {
        return inverse(p).get(axis < 0 ? axis + p.size() : axis);
    }

    /** Whether transposing {@code s} by {@code p} leaves the row-major order: only axes of extent 1 change places. */
    public static boolean keepsOrder(Shape s, Ints p) {
        int last = -1;
        for (int i = 0; i < p.size(); i++) {
            if (s.dim(p.get(i)) != 1) {
                if (p.get(i) < last) {
                    return false;
                }
                last = p.get(i);
            }
        }
        return true;
    }
}
