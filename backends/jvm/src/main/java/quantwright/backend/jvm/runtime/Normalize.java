package quantwright.backend.jvm.runtime;

/**
 * Batch normalization with known statistics: {@code (x - mean) / deviation * scale + bias}, each step rounded.
 *
 * @param x operand
 * @param out result
 * @param outer product of the extents before the channels
 * @param inner product of the extents after them
 * @param mean for each channel
 * @param deviation for each channel
 * @param scale for each channel
 * @param bias for each channel
 */
public record Normalize(int x, int out, int outer, int inner, float[] mean, float[] deviation, float[] scale,
        float[] bias) implements Step {
    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int c = 0; c < mean.length; c++) {
                for (int i = 0; i < inner; i++, at++) {
                    b[at] = (a[at] - mean[c]) / deviation[c] * scale[c] + bias[c];
                }
            }
        }
    }
}
