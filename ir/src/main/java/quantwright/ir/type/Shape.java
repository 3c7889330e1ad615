package quantwright.ir.type;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Fixed extents of a tensor, outermost first; rank 0 is a scalar. Row-major order throughout. */
public final class Shape {
    /** Rank 0. */
    public static final Shape SCALAR = new Shape(new int[0]);
    private final int[] dims;

    private Shape(int[] dims) {
        this.dims = dims;
    }

    /**
     * A shape with the given extents.
     *
     * @throws IllegalArgumentException if an extent is negative or the element count overflows a long
     */
    public static Shape of(int... dims) {
        long count = 1;
        for (int d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("extent " + d + " is negative in " + Arrays.toString(dims));
            }
            try {
                count = Math.multiplyExact(count, (long) d);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("too many elements in " + Arrays.toString(dims), e);
            }
        }
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /** A shape with the given extents. */
    public static Shape of(Ints dims) {
        return of(dims.toArray());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Extent {@code i}; negative {@code i} counts from the end. */
    public int dim(int i) {
        return dims[i < 0 ? dims.length + i : i];
    }

    /** A fresh array of the extents. */
    public int[] toArray() {
        return dims.clone();
    }

    /** Product of the extents (1 for a scalar). */
    public long elementCount() {
        long count = 1;
        for (int d : dims) {
            count *= d;
        }
        return count;
    }

    /** Product of the extents {@code from} (inclusive) to {@code to} (exclusive). */
    public long product(int from, int to) {
        long count = 1;
        for (int i = from; i < to; i++) {
            count *= dims[i];
        }
        return count;
    }

    /** Row-major strides in elements. */
    public long[] strides() {
        long[] strides = new long[dims.length];
        long step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= dims[i];
        }
        return strides;
    }

    /** This shape with extent {@code i} replaced. */
    public Shape with(int i, int extent) {
        int[] copy = dims.clone();
        copy[i < 0 ? dims.length + i : i] = extent;
        return of(copy);
    }

    /**
     * The common shape of two operands under NumPy broadcasting, or null if they do not broadcast.
     */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int da = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            int db = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (da != db && da != 1 && db != 1) {
                return null;
            }
            out[rank - i] = da == 1 ? db : da;
        }
        return of(out);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape o && Arrays.equals(dims, o.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code 1x32x32x3}; empty for a scalar. */
    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }
}
