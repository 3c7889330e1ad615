package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A batched product of two activations.
 *
 * @param a left operand, [batches, m, k]
 * @param b right operand, [batches, k, n], or [batches, n, k] if transposed
 * @param out result, [batches, m, n]
 * @param left storage of the left operand
 * @param right storage of the right operand
 * @param leftZero zero point of the left operand
 * @param rightZero zero point of the right operand
 * @param batches products
 * @param m rows of the result
 * @param k summed products
 * @param n columns of the result
 * @param transposed whether the right operand is
 * @param wide whether sums need more than i32
 * @param finish what becomes of integer sums; null for a float product
 */
public record MatrixProduct(int a, int b, int out, Storage left, Storage right, int leftZero, int rightZero,
        int batches, int m, int k, int n, boolean transposed, boolean wide, Finish finish)
        implements Step {
    private static final int BLOCK = 33;

    @Override
    public void reserve(Memory memory) {
        memory.image(m * k);
        memory.scratch(Math.max(n, k));
        memory.rows(k, n);
        memory.accumulators(BLOCK, n);
        memory.origins(BLOCK);
        if (wide) {
            memory.doubles(n);
        }
        if (finish != null) {
            memory.sums(BLOCK, n);
            finish.reserve(memory, n);
        }
    }

    @Override
    public void run(Memory memory) {
        float[] image = memory.image(m * k);
        float[][] rows = memory.rows(k, n);
        int[] origins = memory.origins(BLOCK);
        for (int batch = 0; batch < batches; batch++) {
            left.widen(memory.array(a), batch * m * k, leftZero, image, 0, m * k);
            load(memory, rows, batch);
            if (wide) {
                wide(memory, image, rows, batch);
                continue;
            }
            for (int first = 0; first < m; first += BLOCK) {
                int count = Math.min(BLOCK, m - first);
                for (int i = 0; i < count; i++) {
                    origins[i] = (first + i) * k;
                }
                block(memory, image, rows, origins, count, (batch * m + first) * n);
            }
        }
    }

    private void wide(Memory memory, float[] image, float[][] rows, int batch) {
        double[] acc = memory.doubles(n)[0];
        for (int i = 0; i < m; i++) {
            Arrays.fill(acc, 0, n, 0.0);
            Fma.wide(acc, rows, 0, image, i * k, k, n);
            finish.storeWide(memory, acc, 0, memory.array(out), (batch * m + i) * n, n);
        }
    }

    private void load(Memory memory, float[][] rows, int batch) {
        if (!transposed) {
            for (int j = 0; j < k; j++) {
                right.widen(memory.array(b), (batch * k + j) * n, rightZero, rows[j], 0, n);
            }
            return;
        }
        float[] line = memory.scratch(Math.max(n, k));
        for (int c = 0; c < n; c++) {
            right.widen(memory.array(b), (batch * n + c) * k, rightZero, line, 0, k);
            for (int j = 0; j < k; j++) {
                rows[j][c] = line[j];
            }
        }
    }

    private void block(Memory memory, float[] image, float[][] rows, int[] origins, int count, int at) {
        float[][] acc = memory.accumulators(BLOCK, n);
        int[][] sums = finish == null ? null : memory.sums(BLOCK, n);
        for (int i = 0; i < count; i++) {
            Arrays.fill(acc[i], 0, n, 0f);
            if (sums != null) {
                Arrays.fill(sums[i], 0, n, 0);
            }
        }
        for (int done = 0; done < k; done += Product.EXACT) {
            Fma.block(acc, origins, count, rows, done, image, done, Math.min(Product.EXACT, k - done), n);
            for (int i = 0; sums != null && i < count; i++) {
                Fma.flush(acc[i], sums[i], n);
                Arrays.fill(acc[i], 0, n, 0f);
            }
        }
        for (int i = 0; i < count; i++) {
            if (sums != null) {
                finish.store(memory, sums[i], 0, 1, memory.array(out), at + i * n, 1, n);
            } else {
                System.arraycopy(acc[i], 0, memory.floats(out), at + i * n, n);
            }
        }
    }
}
