package quantwright.ir.type;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Immutable list of ints with value equality, for op attributes and shapes. */
public final class Ints {
    private static final Ints EMPTY = new Ints(new int[0]);
    private final int[] values;

    private Ints(int[] values) {
        this.values = values;
    }

    /** A copy of the given values. */
    public static Ints of(int... values) {
        return values.length == 0 ? EMPTY : new Ints(values.clone());
    }

    /** A copy of the given values. */
    public static Ints of(List<Integer> values) {
        return of(values.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The ints from {@code from} up to but excluding {@code to}. */
    public static Ints range(int from, int to) {
        return of(IntStream.range(from, to).toArray());
    }

    /** Number of elements. */
    public int size() {
        return values.length;
    }

    /** Element {@code i}. */
    public int get(int i) {
        return values[i];
    }

    /** A fresh array with the elements. */
    public int[] toArray() {
        return values.clone();
    }

    /** The elements as a stream. */
    public IntStream stream() {
        return Arrays.stream(values);
    }

    /** Whether {@code value} is among the elements. */
    public boolean contains(int value) {
        return stream().anyMatch(v -> v == value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ints o && Arrays.equals(values, o.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** For example {@code [1, 2]}. */
    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
