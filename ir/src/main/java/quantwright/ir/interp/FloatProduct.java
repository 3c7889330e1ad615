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
     * {@code acc[to + o] = fma(a[from + k], b[at + k * n + o], acc[to + o])} for k ascending from 0 to {@code length}, o
     * below n. Four steps of k are taken for each pass over the outputs, so that the accumulators are loaded and stored
     * less often.
     */
    static void accumulate(float[] a, int from, int length, float[] b, int at, float[] acc, int to, int n) {
        int k = 0;
        for (; k + 4 <= length; k += 4) {
            float a0 = a[from + k];
            float a1 = a[from + k + 1];
            float a2 = a[from + k + 2];
            float a3 = a[from + k + 3];
            int b0 = at + k * n;
            int b1 = b0 + n;
            int b2 = b1 + n;
            int b3 = b2 + n;
            for (int o = 0; o < n; o++) {
                acc[to + o] = Math.fma(a3, b[b3 + o],
                        Math.fma(a2, b[b2 + o], Math.fma(a1, b[b1 + o], Math.fma(a0, b[b0 + o], acc[to + o]))));
            }
        }
        for (; k < length; k++) {
            float ak = a[from + k];
            int bk = at + k * n;
            for (int o = 0; o < n; o++) {
                acc[to + o] = Math.fma(ak, b[bk + o], acc[to + o]);
            }
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
        float[] columns = StridedCopy.permute(w, new int[] {1, 0}).floats();
        float[] acc = new float[n];
        for (int r = 0; r < rows; r++) {
            if (bias == null) {
                Arrays.fill(acc, 0f);
            } else {
                System.arraycopy(bias.floats(), 0, acc, 0, n);
            }
            accumulate(x.floats(), r * k, k, columns, 0, acc, 0, n);
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
        float[] block = new float[shape.k * shape.n];
        float[] acc = new float[shape.n];
        for (int batch = 0; batch < shape.batches; batch++) {
            System.arraycopy(shape.b.floats(), batch * block.length, block, 0, block.length);
            for (int m = 0; m < shape.m; m++) {
                Arrays.fill(acc, 0f);
                accumulate(shape.a.floats(), (batch * shape.m + m) * shape.k, shape.k, block, 0, acc, 0, shape.n);
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
