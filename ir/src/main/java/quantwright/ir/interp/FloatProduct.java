package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.MatMul;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** f32 and f64 matrix products: {@code acc = fma(a, b, acc)} over k ascending, from the bias or +0. */
final class FloatProduct {
    private FloatProduct() {
    }

    /**
     * {@code acc[o] = fma(a[from + k], b[row + k][o], acc[o])} for k ascending from 0 to {@code length}. Four steps
     * of k are taken for each pass over the outputs, so that the accumulators are loaded and stored less often. Each
     * row of {@code b} is an array of its own because the JIT vectorizes a loop only if all its arrays have one
     * index.
     */
    static void accumulate(float[] a, int from, int length, float[][] b, int row, float[] acc) {
        int k = 0;
        for (; k + 4 <= length; k += 4) {
            accumulate(a[from + k], a[from + k + 1], a[from + k + 2], a[from + k + 3], b[row + k], b[row + k + 1],
                    b[row + k + 2], b[row + k + 3], acc);
        }
        for (; k < length; k++) {
            accumulate(a[from + k], b[row + k], acc);
        }
    }

    private static void accumulate(float a0, float a1, float a2, float a3, float[] b0, float[] b1, float[] b2,
                                   float[] b3, float[] acc) {
        for (int o = 0; o < acc.length; o++) {
            acc[o] = Math.fma(a3, b3[o], Math.fma(a2, b2[o], Math.fma(a1, b1[o], Math.fma(a0, b0[o], acc[o]))));
        }
    }

    private static void accumulate(float a, float[] b, float[] acc) {
        for (int o = 0; o < acc.length; o++) {
            acc[o] = Math.fma(a, b[o], acc[o]);
        }
    }

    static Tensor dense(Tensor x, Tensor w, Tensor bias, TensorType result) {
        if (result.storage().bits() == 64) {
            return dense64(x, w, bias, result);
        }
        Tensor out = Tensor.zeros(result);
        int k = w.type().dim(1);
        int n = w.type().dim(0);
        int rows = n == 0 ? 0 : out.size() / n;
        float[][] columns = Columns.of(w.floats(), 1, n, k);
        float[] acc = new float[n];
        for (int r = 0; r < rows; r++) {
            if (bias == null) {
                Arrays.fill(acc, 0f);
            } else {
                System.arraycopy(bias.floats(), 0, acc, 0, n);
            }
            accumulate(x.floats(), r * k, k, columns, 0, acc);
            System.arraycopy(acc, 0, out.floats(), r * n, n);
        }
        return out;
    }

    static Tensor matmul(MatMul op, Tensor a, Tensor b, TensorType result) {
        if (result.storage().bits() == 64) {
            return matmul64(op, a, b, result);
        }
        Operands shape = Operands.of(a, b, op.transposeB(), result);
        Tensor out = Tensor.zeros(result);
        float[][] block = new float[shape.k][shape.n];
        float[] acc = new float[shape.n];
        for (int batch = 0; batch < shape.batches; batch++) {
            for (int i = 0; i < shape.k; i++) {
                System.arraycopy(shape.b.floats(), (batch * shape.k + i) * shape.n, block[i], 0, shape.n);
            }
            for (int m = 0; m < shape.m; m++) {
                Arrays.fill(acc, 0f);
                accumulate(shape.a.floats(), (batch * shape.m + m) * shape.k, shape.k, block, 0, acc);
                System.arraycopy(acc, 0, out.floats(), (batch * shape.m + m) * shape.n, shape.n);
            }
        }
        return out;
    }

    private static Tensor dense64(Tensor x, Tensor w, Tensor bias, TensorType result) {
        Tensor out = Tensor.zeros(result);
        int k = w.type().dim(1);
        int n = w.type().dim(0);
        for (int i = 0; i < out.size(); i++) {
            double acc = bias == null ? 0 : bias.doubles()[i % n];
            for (int j = 0; j < k; j++) {
                acc = Math.fma(x.doubles()[i / n * k + j], w.doubles()[i % n * k + j], acc);
            }
            out.doubles()[i] = acc;
        }
        return out;
    }

    private static Tensor matmul64(MatMul op, Tensor a, Tensor b, TensorType result) {
        Operands shape = Operands.of(a, b, op.transposeB(), result);
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            int row = i / shape.n;
            int batch = row / shape.m;
            double acc = 0;
            for (int j = 0; j < shape.k; j++) {
                acc = Math.fma(shape.a.doubles()[row * shape.k + j],
                        shape.b.doubles()[(batch * shape.k + j) * shape.n + i % shape.n], acc);
            }
            out.doubles()[i] = acc;
        }
        return out;
    }

    /** Operands of a batched product with batch axes expanded: {@code a} [batches, m, k], {@code b} [batches, k, n]. */
    record Operands(Tensor a, Tensor b, int batches, int m, int k, int n) {
        static Operands of(Tensor a, Tensor b, boolean transposeB, TensorType result) {
            int rank = result.rank();
            int m = result.dim(-2);
            int n = result.dim(-1);
            int k = a.type().dim(-1);
            Shape left = result.shape().with(-1, k);
            Tensor columns = b;
            if (transposeB) {
                int[] order = new int[b.type().rank()];
                Arrays.setAll(order, i -> i);
                order[order.length - 2] = order.length - 1;
                order[order.length - 1] = order.length - 2;
                columns = StridedCopy.permute(plain(b), order);
            }
            Shape right = result.shape().with(-2, k);
            return new Operands(StridedCopy.expand(plain(a), left), StridedCopy.expand(plain(columns), right),
                    (int) result.shape().product(0, rank - 2), m, k, n);
        }

        /** Without quantization parameters, whose axis would not follow the data. */
        private static Tensor plain(Tensor t) {
            return t.withType(t.type().withElement(t.type().storage()));
        }
    }
}
