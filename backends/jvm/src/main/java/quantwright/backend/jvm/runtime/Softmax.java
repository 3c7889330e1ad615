package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatReduce;

/**
 * Softmax, or its logarithm, of each row of an f32 matrix.
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
    }

    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        float[] lanes = memory.scratch(FloatReduce.LANES);
        float[] row = memory.strip(length);
        for (int from = 0; from < count * length; from += length) {
            if (logarithm) {
                FloatReduce.logSoftmax(a, from, length, b, from, lanes);
            } else if (beta == 1) {
                FloatReduce.softmax(a, from, length, b, from, lanes);
            } else {
                float max = FloatReduce.max(a, from, length, lanes);
                for (int i = 0; i < length; i++) {
                    row[i] = beta * (a[from + i] - max);
                }
                FloatReduce.softmax(row, 0, length, b, from, lanes);
            }
        }
    }
}
