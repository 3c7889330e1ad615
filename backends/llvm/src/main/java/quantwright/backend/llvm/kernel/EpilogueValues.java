package quantwright.backend.llvm.kernel;

/**
 * The numbers of an {@link Epilogue}, all of the signed type whatever the arena's encoding.
 *
 * @param factors     one f32 factor, or one per output channel; for {@code F32}
 * @param multipliers one Q31 multiplier, or one per channel; for {@code Fixed}
 * @param shifts      right shift of the 64-bit product per multiplier, in [0,62] after any left shift; for {@code
 *                    Fixed}
 * @param leftShifts  left shift of the accumulator per multiplier
 * @param zero        zero point of the requantized value
 * @param min         lower clamp, in the range of what is stored
 * @param max         upper clamp, the same
 * @param table       256 entries: {@code table[q + 128]} replaces q; null without one
 * @param add         numbers of the fused addition; null without one
 * @param scale       output scale, for {@link Epilogue.Store#F32}
 */
public record EpilogueValues(float[] factors, int[] multipliers, int[] shifts, int[] leftShifts, int zero, int min,
        int max, byte[] table, Add add, float scale) {

    /**
     * Numbers of a fused addition.
     *
     * @param zero1 zero point of the first operand, the requantized value (or of the table's output)
     * @param m1    its factor
     * @param zero2 zero point of the second tensor
     * @param m2    its factor
     * @param zero  zero point of the sum
     * @param min   lower clamp of the sum
     * @param max   upper clamp of the sum
     */
    public record Add(int zero1, float m1, int zero2, float m2, int zero, int min, int max) { }

    /** Plain requantization under {@code F32}. */
    public static EpilogueValues f32(float[] factors, int zero, int min, int max) {
        return new EpilogueValues(factors, null, null, null, zero, min, max, null, null, 1f);
    }

    /** Raw accumulators. */
    public static EpilogueValues none() {
        return f32(new float[] {1f}, 0, -128, 127);
    }

    /** These numbers for accumulators that are {@code 2^shift} times the sums: exact, being a power of two. */
    EpilogueValues scaledDown(int shift) {
        float[] smaller = new float[factors.length];
        for (int i = 0; i < smaller.length; i++) {
            smaller[i] = Math.scalb(factors[i], -shift);
        }
        return new EpilogueValues(smaller, multipliers, shifts, leftShifts, zero, min, max, table, add, scale);
    }

    float factor(int channel) {
        return factors.length == 1 ? factors[0] : factors[channel];
    }

    int multiplier(int channel) {
        return multipliers.length == 1 ? multipliers[0] : multipliers[channel];
    }

    int shift(int channel) {
        return shifts.length == 1 ? shifts[0] : shifts[channel];
    }

    int leftShift(int channel) {
        return leftShifts == null ? 0 : leftShifts.length == 1 ? leftShifts[0] : leftShifts[channel];
    }
}
