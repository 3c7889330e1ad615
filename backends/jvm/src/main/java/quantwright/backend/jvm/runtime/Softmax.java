package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatReduce;

/**
 * Softmax, or its logarithm, of each row of an f32 matrix. Rows of numbers whose largest is finite take a form of
 * {@link FloatReduce#softmax} that the JIT makes vectors of.
 *
 * @param x [count, length]
 * @param out [count, length]
 * @param count rows
 * @param length elements of a row
 * @param logarithm whether the logarithm is wanted
 * @param beta factor of the differences from the maximum
 */
public record Softmax(int x, int out, int count, int length, boolean logarithm, float beta) implements Step {
    @Override
    public void reserve(Memory memory) {
        memory.scratch(FloatReduce.LANES);
        memory.strip(length);
        memory.ints(length);
        memory.accumulators(2, length);
    }

    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        float[] lanes = memory.scratch(FloatReduce.LANES);
        float[] row = memory.strip(length);
        int[] powers = memory.ints(length);
        float[][] halves = memory.accumulators(2, length);
        for (int from = 0; from < count * length; from += length) {
            if (logarithm) {
                FloatReduce.logSoftmax(a, from, length, b, from, lanes);
                continue;
            }
            System.arraycopy(a, from, row, 0, length);
            if (beta != 1) {
                scaleDifferences(row, FloatReduce.max(row, 0, length, lanes));
            }
            float max = max(row, halves, length);
            if (Math.abs(max) < Float.POSITIVE_INFINITY) {
                Exponentials.ofDifferences(row, max, powers, length);
                divide(row, Lanes.sum(row, 0, length, lanes), length);
            } else {
                FloatReduce.softmax(row, 0, length, row, 0, lanes);
            }
            System.arraycopy(row, 0, b, from, length);
        }
    }

    private void scaleDifferences(float[] row, float max) {
        for (int i = 0; i < length; i++) {
            row[i] = beta * (row[i] - max);
        }
    }

    /** The largest, NaN if there is one. Rows are folded, as maxima of two rows become vectors. */
    private static float max(float[] row, float[][] halves, int n) {
        float[] low = halves[0];
        float[] high = halves[1];
        System.arraycopy(row, 0, low, 0, n);
        int left = n;
        while (left > FloatReduce.LANES) {
            int half = left + 1 >> 1;
            System.arraycopy(low, left - half, high, 0, half);
            max(low, high, half);
            left = half;
        }
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < left; i++) {
            max = Math.max(max, low[i]);
        }
        return max;
    }

    private static void max(float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = Math.max(a[i], b[i]);
        }
    }

    private static void divide(float[] row, float sum, int n) {
        for (int i = 0; i < n; i++) {
            row[i] = row[i] / sum;
        }
    }
}
