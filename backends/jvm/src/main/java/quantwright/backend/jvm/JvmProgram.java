package quantwright.backend.jvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.jvm.runtime.Step;
import quantwright.backend.jvm.runtime.Storage;

/**
 * A graph as steps over buffers. Buffers of values that are never alive together may lie in one array.
 */
final class JvmProgram {
    /**
     * A buffer: a constant, or a value's elements.
     *
     * @param constant the array, or null
     * @param storage how elements lie
     * @param length elements
     */
    record Buffer(Object constant, Storage storage, int length) {
        long bytes() {
            return (long) storage.bytes() * length;
        }
    }

    /**
     * An input or output.
     *
     * @param buffer index of its buffer
     * @param storage how elements lie
     * @param length elements
     */
    record Port(int buffer, Storage storage, int length) {
    }

    private final List<Step> steps = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Integer> first = new ArrayList<>();
    private final List<Integer> last = new ArrayList<>();
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();
    private final List<Buffer> arrays = new ArrayList<>();
    private int[] arrayOf = {};

    /** A fresh buffer, written by the next step. */
    int buffer(Storage storage, int length) {
        return add(new Buffer(null, storage, length));
    }

    /** A buffer that is a constant array. */
    int constant(Storage storage, Object array, int length) {
        return add(new Buffer(array, storage, length));
    }

    private int add(Buffer buffer) {
        buffers.add(buffer);
        first.add(steps.size());
        last.add(steps.size());
        return buffers.size() - 1;
    }

    /** Buffer {@code i}. */
    Buffer buffer(int i) {
        return buffers.get(i);
    }

    /** Says that the next step reads or writes a buffer. */
    void touch(int buffer) {
        last.set(buffer, Math.max(last.get(buffer), steps.size()));
    }

    /** Appends a step. */
    void add(Step step) {
        steps.add(step);
    }

    /** Appends an input. */
    void input(int buffer) {
        inputs.add(new Port(buffer, buffers.get(buffer).storage(), buffers.get(buffer).length()));
    }

    /** Appends an output, which stays to the end. */
    void output(int buffer) {
        outputs.add(new Port(buffer, buffers.get(buffer).storage(), buffers.get(buffer).length()));
        last.set(buffer, Integer.MAX_VALUE);
    }

    /** Places the buffers: each takes the smallest free array of its storage that is large enough, or the largest. */
    void place() {
        arrayOf = new int[buffers.size()];
        List<Integer> until = new ArrayList<>();
        for (int i = 0; i < arrayOf.length; i++) {
            Buffer buffer = buffers.get(i);
            if (buffer.constant != null) {
                continue;
            }
            int best = -1;
            for (int a = 0; a < arrays.size(); a++) {
                if (until.get(a) < first.get(i) && arrays.get(a).storage == buffer.storage
                        && (best < 0 || better(arrays.get(a), arrays.get(best), buffer.length))) {
                    best = a;
                }
            }
            if (best < 0) {
                best = arrays.size();
                arrays.add(buffer);
                until.add(0);
            } else if (arrays.get(best).length < buffer.length) {
                arrays.set(best, buffer);
            }
            until.set(best, last.get(i));
            arrayOf[i] = best;
        }
    }

    private static boolean better(Buffer candidate, Buffer best, int length) {
        boolean fits = candidate.length >= length;
        if (fits != best.length >= length) {
            return fits;
        }
        return fits ? candidate.length < best.length : candidate.length > best.length;
    }

    /** For each buffer its constant in the pool, or, negated less one, its array. */
    int[] sources(ConstantPool pool) {
        int[] sources = new int[buffers.size()];
        Arrays.setAll(sources, i -> buffers.get(i).constant != null ? pool.index(buffers.get(i).constant)
                : -1 - arrayOf[i]);
        return sources;
    }

    /** Storages of the arrays, as ordinals. */
    byte[] storages() {
        byte[] storages = new byte[arrays.size()];
        for (int i = 0; i < storages.length; i++) {
            storages[i] = (byte) arrays.get(i).storage.ordinal();
        }
        return storages;
    }

    /** Lengths of the arrays in elements. */
    int[] lengths() {
        return arrays.stream().mapToInt(Buffer::length).toArray();
    }

    /** Bytes of all arrays. */
    long arrayBytes() {
        return arrays.stream().mapToLong(Buffer::bytes).sum();
    }

    /** The most bytes of buffers alive at one step. */
    long liveBytes() {
        long most = 0;
        for (int step = 0; step < steps.size(); step++) {
            long live = 0;
            for (int i = 0; i < buffers.size(); i++) {
                if (buffers.get(i).constant == null && first.get(i) <= step && step <= last.get(i)) {
                    live += buffers.get(i).bytes();
                }
            }
            most = Math.max(most, live);
        }
        return most;
    }

    /** The steps, in order. */
    List<Step> steps() {
        return steps;
    }

    /** The inputs, in order. */
    List<Port> inputs() {
        return inputs;
    }

    /** The outputs, in order. */
    List<Port> outputs() {
        return outputs;
    }
}
