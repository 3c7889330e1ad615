package quantwright.ir.type;

import java.util.Arrays;

/** Immutable list of floats with value equality, compared bit by bit. */
public final class Floats {
    private static final Floats EMPTY = new Floats(new float[0]);
    private final float[] values;

    private Floats(float[] values) {
        this.values = values;
    }

    /** A copy of the given values. */
    public static Floats of(float... values) {
        return values.length == 0 ? EMPTY : new Floats(values.clone());
    }

    /** Number of elements. */
    public int size() {
        return values.length;
    }

    /** Element {@code i}. */
    public float get(int i) {
        return values[i];
    }

    /** A fresh array with the elements. */
    public float[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Floats o && Arrays.equals(values, o.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** For example {@code [1.0, 0.5]}. */
    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
