package quantwright.ir.arith;

/**
 * Reductions of f32 rows in one fixed order: element {@code i} goes to lane {@code i mod 16}, elements ascending; then
 * lanes are combined {@code l[i] op l[i + w]} for {@code w} = 8, 4, 2, 1. A row shorter than 16 leaves lanes at their
 * start.
 */
public final class FloatReduce {
    /** Interleaved partial results of a reduction. */
    public static final int LANES = 16;

    private FloatReduce() {
    }

    /** Sum; lanes start at +0. */
    public static float sum(float[] x, int offset, int length) {
        return sum(x, offset, length, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static float sum(float[] x, int offset, int length, float[] lanes) {
        java.util.Arrays.fill(lanes, 0, LANES, 0f);
        for (int i = 0; i < length; i++) {
            lanes[i % LANES] += x[offset + i];
        }
        return addTree(lanes);
    }

    /** Sum of squares: {@code lane = fma(x, x, lane)}; lanes start at +0. */
    public static float sumOfSquares(float[] x, int offset, int length) {
        return sumOfSquares(x, offset, length, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static float sumOfSquares(float[] x, int offset, int length, float[] lanes) {
        java.util.Arrays.fill(lanes, 0, LANES, 0f);
        for (int i = 0; i < length; i++) {
            float v = x[offset + i];
            lanes[i % LANES] = Math.fma(v, v, lanes[i % LANES]);
        }
        return addTree(lanes);
    }

    /** Sum of {@code d = x - mean} squared: {@code lane = fma(d, d, lane)}; lanes start at +0. */
    public static float sumOfSquaredDeviations(float[] x, int offset, int length, float mean) {
        float[] lanes = new float[LANES];
        for (int i = 0; i < length; i++) {
            float d = x[offset + i] - mean;
            lanes[i % LANES] = Math.fma(d, d, lanes[i % LANES]);
        }
        return addTree(lanes);
    }

    /** Mean: {@link #sum} divided by {@code (float) length}. */
    public static float mean(float[] x, int offset, int length) {
        return sum(x, offset, length) / (float) length;
    }

    /** Largest: {@code lane = x > lane ? x : lane} from minus infinity. NaN never wins. */
    public static float max(float[] x, int offset, int length) {
        return max(x, offset, length, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static float max(float[] x, int offset, int length, float[] lanes) {
        java.util.Arrays.fill(lanes, 0, LANES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < length; i++) {
            float v = x[offset + i];
            lanes[i % LANES] = v > lanes[i % LANES] ? v : lanes[i % LANES];
        }
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] = lanes[i + width] > lanes[i] ? lanes[i + width] : lanes[i];
            }
        }
        return lanes[0];
    }

    /** Smallest: {@code lane = x < lane ? x : lane} from infinity. NaN never wins. */
    public static float min(float[] x, int offset, int length) {
        return min(x, offset, length, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static float min(float[] x, int offset, int length, float[] lanes) {
        java.util.Arrays.fill(lanes, 0, LANES, Float.POSITIVE_INFINITY);
        for (int i = 0; i < length; i++) {
            float v = x[offset + i];
            lanes[i % LANES] = v < lanes[i % LANES] ? v : lanes[i % LANES];
        }
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] = lanes[i + width] < lanes[i] ? lanes[i + width] : lanes[i];
            }
        }
        return lanes[0];
    }

    /**
     * Softmax of a row: {@code m = max}; {@code y = exp(x - m)}; {@code s = sum(y)}; {@code y / s}, a division each.
     *
     * @param out may be {@code x} itself at the same offset
     */
    public static void softmax(float[] x, int offset, int length, float[] out, int outOffset) {
        softmax(x, offset, length, out, outOffset, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static void softmax(float[] x, int offset, int length, float[] out, int outOffset,
            float[] lanes) {
        float m = max(x, offset, length, lanes);
        for (int i = 0; i < length; i++) {
            out[outOffset + i] = FloatMath.exp(x[offset + i] - m);
        }
        float s = sum(out, outOffset, length, lanes);
        for (int i = 0; i < length; i++) {
            out[outOffset + i] = out[outOffset + i] / s;
        }
    }

    /**
     * Log-softmax of a row: {@code m = max}; {@code s = sum(exp(x - m))}; {@code (x - m) - log(s)}.
     *
     * @param out must not be {@code x}
     */
    public static void logSoftmax(float[] x, int offset, int length, float[] out, int outOffset) {
        logSoftmax(x, offset, length, out, outOffset, new float[LANES]);
    }

    /** As the other, with an array of at least {@link #LANES} to work in. */
    public static void logSoftmax(float[] x, int offset, int length, float[] out, int outOffset,
            float[] lanes) {
        float m = max(x, offset, length, lanes);
        for (int i = 0; i < length; i++) {
            out[outOffset + i] = FloatMath.exp(x[offset + i] - m);
        }
        float l = FloatMath.log(sum(out, outOffset, length, lanes));
        for (int i = 0; i < length; i++) {
            out[outOffset + i] = (x[offset + i] - m) - l;
        }
    }

    /**
     * Normalisation's factor: {@code 1 / sqrt(v / (float) length + epsilon)}, where {@code v} is a sum of squares or of
     * squared deviations. LayerNorm then is {@code ((x - mean) * factor) * gamma + beta}, RMSNorm {@code (x * factor) *
     * gamma}: multiplies and an add, not fused.
     */
    public static float inverseDeviation(float v, int length, float epsilon) {
        float mean = v / (float) length;
        return FloatMath.rsqrt(mean + epsilon);
    }

    /** Adds the lanes up, {@code l[i] + l[i + w]} for {@code w} = 8, 4, 2, 1; they are changed. */
    public static float addTree(float[] lanes) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int i = 0; i < width; i++) {
                lanes[i] = lanes[i] + lanes[i + width];
            }
        }
        return lanes[0];
    }
}
