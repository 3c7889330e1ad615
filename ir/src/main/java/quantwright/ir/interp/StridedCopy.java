package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Copies a strided view of an array into consecutive slots; every data movement op is one or a few of these. */
final class StridedCopy {
    private StridedCopy() {
    }

    /** Row-major strides of a shape as ints. */
    static int[] strides(Shape shape) {
        return Arrays.stream(shape.strides()).mapToInt(Math::toIntExact).toArray();
    }

    /** {@code x} viewed through {@code offset}, {@code dims} and {@code strides}, as a fresh tensor of {@code type}. */
    static Tensor view(Tensor x, int offset, int[] dims, int[] strides, TensorType type) {
        Tensor out = Tensor.zeros(type);
        copy(x.array(), offset, dims, strides, out.array(), 0);
        return out;
    }

    /** {@code x} broadcast to {@code shape} by NumPy's rule; {@code x} itself if it has that shape already. */
    static Tensor expand(Tensor x, Shape shape) {
        Shape from = x.type().shape();
        if (from.equals(shape)) {
            return x;
        }
        int[] own = strides(from);
        int[] strides = new int[shape.rank()];
        int lead = shape.rank() - from.rank();
        for (int i = lead; i < strides.length; i++) {
            strides[i] = from.dim(i - lead) == 1 ? 0 : own[i - lead];
        }
        return view(x, 0, shape.toArray(), strides, x.type().canonical().withShape(shape));
    }

    /** {@code x} with its axes permuted. */
    static Tensor permute(Tensor x, int[] permutation) {
        int[] own = strides(x.type().shape());
        int[] dims = new int[permutation.length];
        int[] strides = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            dims[i] = x.type().dim(permutation[i]);
            strides[i] = own[permutation[i]];
        }
        return view(x, 0, dims, strides, x.type().withShape(Shape.of(dims)));
    }

    /** Copies the view into {@code target} from {@code at} on, in row-major order of {@code dims}. */
    static void copy(Object source, int offset, int[] dims, int[] strides, Object target, int at) {
        int[] d = new int[dims.length + 1];
        int[] s = new int[dims.length + 1];
        int rank = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0) {
                return;
            }
            if (dims[i] == 1) {
                continue;
            }
            if (rank > 0 && s[rank - 1] == strides[i] * dims[i]) {
                d[rank - 1] *= dims[i];
                s[rank - 1] = strides[i];
            } else {
                d[rank] = dims[i];
                s[rank++] = strides[i];
            }
        }
        if (rank == 0) {
            d[0] = 1;
            s[0] = 1;
            rank = 1;
        }
        block(source, offset, d, s, 0, rank, target, at);
    }

    private static int block(Object source, int offset, int[] dims, int[] strides, int axis, int rank, Object target,
                             int at) {
        if (axis == rank - 1) {
            row(source, offset, strides[axis], target, at, dims[axis]);
            return at + dims[axis];
        }
        int next = at;
        for (int i = 0; i < dims[axis]; i++) {
            next = block(source, offset + i * strides[axis], dims, strides, axis + 1, rank, target, next);
        }
        return next;
    }

    private static void row(Object source, int from, int step, Object target, int at, int n) {
        if (step == 1) {
            System.arraycopy(source, from, target, at, n);
            return;
        }
        switch (source) {
            case float[] a -> {
                float[] out = (float[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            case byte[] a -> {
                byte[] out = (byte[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            case short[] a -> {
                short[] out = (short[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            case int[] a -> {
                int[] out = (int[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            case long[] a -> {
                long[] out = (long[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            case double[] a -> {
                double[] out = (double[]) target;
                for (int i = 0; i < n; i++) {
                    out[at + i] = a[from + i * step];
                }
            }
            default -> throw new IllegalArgumentException("no tensor array: " + source.getClass());
        }
    }
}
