package quantwright.compiler.importer.recurrent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * The ops that steps of a recurrent layer are made of.
 *
 * @param <V> what stands for a tensor in the importer
 */
final class Steps<V> {
    private final OpSink<V> sink;
    private V one;

    Steps(OpSink<V> sink) {
        this.sink = sink;
    }

    int dim(V x, int axis) {
        return sink.type(x).dim(axis);
    }

    V add(V a, V b) {
        return binary(BinaryKind.ADD, a, b);
    }

    V mul(V a, V b) {
        return binary(BinaryKind.MUL, a, b);
    }

    /** 1 - x of f32. */
    V complement(V x) {
        if (one == null) {
            var tensor = Tensor.zeros(TensorType.of(ScalarType.F32, 1));
            tensor.floats()[0] = 1;
            one = sink.constant(tensor);
        }
        return binary(BinaryKind.SUB, one, x);
    }

    private V binary(BinaryKind kind, V a, V b) {
        return sink.emit(new Binary(kind), List.of(a, b));
    }

    /** x [R,K] by w [O,K], plus a bias [O] unless it is null. */
    V dense(V x, V w, V bias) {
        return sink.emit(new Dense(), bias == null ? List.of(x, w) : List.of(x, w, bias));
    }

    /** x limited to [-bound, bound]; x itself for a bound of 0, which means none. */
    V clip(V x, float bound) {
        return bound == 0 ? x : sink.emit(new Clip(-bound, bound), List.of(x));
    }

    V reshape(V x, int... dims) {
        return sink.emit(new Reshape(Ints.of(dims)), List.of(x));
    }

    V concat(int axis, List<V> parts) {
        return sink.emit(new Concat(axis), parts);
    }

    /** {@code size} elements from {@code start} along one axis. */
    V slice(V x, int axis, int start, int size) {
        int rank = sink.type(x).rank();
        var starts = new int[rank];
        var steps = new int[rank];
        Arrays.fill(steps, 1);
        starts[axis] = start;
        int[] sizes = sink.type(x).shape().toArray();
        sizes[axis] = size;
        return sink.emit(new Slice(Ints.of(starts), Ints.of(sizes), Ints.of(steps)), List.of(x));
    }

    /** A matrix or vector of several gates below one another, taken apart. */
    List<V> gates(V x, int axis, int count) {
        int size = dim(x, axis) / count;
        List<V> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(slice(x, axis, i * size, size));
        }
        return parts;
    }
}
