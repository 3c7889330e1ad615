package quantwright.ir.arith;

/**
 * Softmax of one row of 8-bit values. The result has scale 1/256 and its storage's least value as zero point.
 *
 * <p>{@link #integer}, with {@code m} the row's largest stored value:
 * <ol>
 * <li>{@code T[d] = rint(exp(-(double) scale * (double) beta * d) * 2^23)}, u32, d in [0, 255] ({@link #integerTable});
 * <li>{@code S = sum of T[m - q_j]}, i64;
 * <li>{@code R = (2^54 + (S >> 1)) / S}, one truncated u64 division per row; {@code R <= 2^31} as {@code S >= 2^23};
 * <li>{@code out_j = min(max, min + ((T[m - q_j] * R + 2^45) >> 46))}: a 32 x 32 bit multiply, an add, a shift.
 * </ol>
 *
 * <p>{@link #tflite}, TFLite's SOFTMAX on 8-bit tensors where no 16-bit table is compiled in (every target but AArch64
 * under clang), all in f32:
 * <ol>
 * <li>{@code k = -scale * beta}; {@code T[d] = exp(k * d)} rounded to f32 ({@link #tfliteTable});
 * <li>{@code S = ((T[m - q_0] + T[m - q_1]) + ...)} from 0, j ascending;
 * <li>{@code R = 1 / (S * outScale)};
 * <li>{@code out_j = clamp(round(T[m - q_j] * R) + zero)}, ties away from zero.
 * </ol>
 */
public final class QuantizedSoftmax {
    private QuantizedSoftmax() {
    }

    /** Exponentials in units of 2^-23, index {@code m - q}. */
    public static int[] integerTable(float scale, float beta) {
        int[] table = new int[256];
        for (int d = 0; d < 256; d++) {
            table[d] = (int) Math.rint(StrictMath.exp(-((double) scale * (double) beta * d)) * 0x1p23);
        }
        return table;
    }

    /**
     * Integer softmax of a row.
     *
     * @param table  {@link #integerTable}
     * @param in     stored values whose spread is at most 255
     * @param out    receives the stored results
     * @param outMin least stored result, -128 or 0; also the zero point
     */
    public static void integer(int[] table, int[] in, int[] out, int outMin) {
        int max = max(in);
        long sum = 0;
        for (int q : in) {
            sum += table[max - q];
        }
        long reciprocal = ((1L << 54) + (sum >> 1)) / sum;
        for (int j = 0; j < in.length; j++) {
            long p = (table[max - in[j]] * reciprocal + (1L << 45)) >> 46;
            out[j] = (int) Math.min(outMin + 255, outMin + p);
        }
    }

    /** f32 exponentials, index {@code m - q}. */
    public static float[] tfliteTable(float scale, float beta) {
        float k = -scale * beta;
        float[] table = new float[256];
        for (int d = 0; d < 256; d++) {
            table[d] = (float) StrictMath.exp((double) (k * (float) d));
        }
        return table;
    }

    /**
     * TFLite's softmax of a row.
     *
     * @param table    {@link #tfliteTable}
     * @param in       stored values whose spread is at most 255
     * @param out      receives the stored results
     * @param outScale the result's scale
     * @param range    the result's zero point and storage range
     */
    public static void tflite(float[] table, int[] in, int[] out, float outScale, QuantRange range) {
        int max = max(in);
        float sum = 0;
        for (int q : in) {
            sum += table[max - q];
        }
        float reciprocal = 1 / (sum * outScale);
        for (int j = 0; j < in.length; j++) {
            out[j] = range.clamp((long) QuantRange.roundAway(table[max - in[j]] * reciprocal) + range.zero());
        }
    }

    private static int max(int[] values) {
        int max = Integer.MIN_VALUE;
        for (int v : values) {
            max = Math.max(max, v);
        }
        return max;
    }
}
