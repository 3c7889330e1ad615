package quantwright.compiler.quant;

import quantwright.ir.data.Tensor;

/**
 * Distribution of a value's f32 elements in bins that do not depend on the data: a bin is a sign, an exponent and the six
 * leading mantissa bits. Counts are i64, so histograms of shards add up to the histogram of the whole, bit for bit.
 */
public final class Histogram {
    private static final int DROPPED_BITS = 17;
    /** Number of bins. */
    public static final int BINS = 1 << (32 - DROPPED_BITS);

    private final long[] counts = new long[BINS];
    private long total;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;

    /** An empty histogram. */
    public Histogram() {
    }

    /**
     * Adds the elements of an f32 tensor.
     *
     * @return index of the first NaN or infinity, or -1 if all elements are finite; elements before it are counted
     */
    public int add(Tensor tensor) {
        float[] values = tensor.floats();
        float lo = min;
        float hi = max;
        for (int i = 0; i < values.length; i++) {
            float v = values[i];
            if (!Float.isFinite(v)) {
                return i;
            }
            counts[Float.floatToRawIntBits(v) >>> DROPPED_BITS]++;
            lo = v < lo ? v : lo;
            hi = v > hi ? v : hi;
        }
        min = lo;
        max = hi;
        total += values.length;
        return -1;
    }

    /** Adds everything another histogram has counted. */
    public void merge(Histogram other) {
        for (int i = 0; i < BINS; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    /** Number of elements. */
    public long total() {
        return total;
    }

    /** Least element; positive infinity if there is none. */
    public float min() {
        return min;
    }

    /** Greatest element; negative infinity if there is none. */
    public float max() {
        return max;
    }

    /** Receives the non-empty bins. */
    @FunctionalInterface
    public interface BinVisitor {
        /** {@code count} elements lie around {@code centre}, in ascending order of bins. */
        void bin(double centre, long count);
    }

    /** Visits non-empty bins in ascending order of value; centres are clamped to the observed extremes. */
    public void forEach(BinVisitor visitor) {
        int half = BINS / 2;
        for (int i = BINS - 1; i >= half; i--) {
            visit(i, visitor);
        }
        for (int i = 0; i < half; i++) {
            visit(i, visitor);
        }
    }

    private void visit(int bin, BinVisitor visitor) {
        if (counts[bin] != 0) {
            float lower = Float.intBitsToFloat(bin << DROPPED_BITS);
            float upper = Float.intBitsToFloat((bin << DROPPED_BITS) | ((1 << DROPPED_BITS) - 1));
            double centre = lower == 0 ? 0 : ((double) lower + upper) / 2;
            visitor.bin(Math.clamp(centre, (double) min, (double) max), counts[bin]);
        }
    }
}
