package quantwright.compiler.importer.recurrent;

import java.util.ArrayList;
import java.util.List;

/**
 * Unrolls a recurrent layer: one product of all steps' inputs, then the steps one after the other.
 *
 * @param <V> what stands for a tensor in the importer
 */
public final class Unroller<V> {
    /** Longest sequence that is unrolled: each step is a dozen nodes of the graph. */
    public static final int MAX_STEPS = 2048;

    private final Steps<V> ops;

    /** Appends to {@code sink}. */
    public Unroller(OpSink<V> sink) {
        ops = new Steps<>(sink);
    }

    /**
     * The results of a layer.
     *
     * @param sequence hidden states of all steps [T, B, H], in the order of the input
     * @param last the state after the last step taken
     */
    public record Sequence<V>(V sequence, Cell.State<V> last) {
    }

    /**
     * Unrolls.
     *
     * @param cell the cell
     * @param x inputs [T, B, I]
     * @param state the state before the first step
     * @param reverse whether the steps go from the last input to the first
     * @throws IllegalArgumentException if there are no steps or more than {@link #MAX_STEPS}
     */
    public Sequence<V> unroll(Cell<V> cell, V x, Cell.State<V> state, boolean reverse) {
        int length = ops.dim(x, 0);
        int batch = ops.dim(x, 1);
        checkLength(length);
        V flat = ops.reshape(x, length * batch, ops.dim(x, 2));
        V projected = ops.dense(flat, cell.inputWeights(), cell.bias());
        List<V> results = new ArrayList<>();
        Cell.State<V> now = state;
        for (int t = 0; t < length; t++) {
            int at = reverse ? length - 1 - t : t;
            now = cell.step(ops, ops.slice(projected, 0, at * batch, batch), now);
            results.add(ops.reshape(now.hidden(), 1, batch, ops.dim(now.hidden(), 1)));
        }
        return new Sequence<>(ops.concat(0, reverse ? results.reversed() : results), now);
    }

    /**
     * Checks a sequence's length.
     *
     * @throws IllegalArgumentException if there are no steps or more than {@link #MAX_STEPS}
     */
    public static void checkLength(int length) {
        if (length < 1 || length > MAX_STEPS) {
            throw new IllegalArgumentException("a recurrent layer of " + length + " steps; 1 to " + MAX_STEPS
                + " can be unrolled");
        }
    }

    /** A part of a tensor whose first axis counts directions: slice {@code direction} without that axis. */
    public V direction(V x, int direction, int... dims) {
        return ops.reshape(ops.slice(x, 0, direction, 1), dims);
    }

    /** Sum of two tensors. */
    public V sum(V a, V b) {
        return ops.add(a, b);
    }

    /** {@code size} elements from {@code start} along one axis. */
    public V slice(V x, int axis, int start, int size) {
        return ops.slice(x, axis, start, size);
    }

    /** Joins tensors along a further first axis: n of [..] to [n, ..]; one tensor only gets the axis. */
    public V stack(List<V> parts, int... dims) {
        var one = new int[dims.length + 1];
        one[0] = 1;
        System.arraycopy(dims, 0, one, 1, dims.length);
        List<V> shaped = parts.stream().map(p -> ops.reshape(p, one)).toList();
        return shaped.size() == 1 ? shaped.getFirst() : ops.concat(0, shaped);
    }
}
