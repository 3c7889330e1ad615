package quantwright.ir.arith;

/**
 * Where a rescaled value lands: the zero point added after rounding, and the clamp. A fused ReLU or ReLU6 only narrows
 * {@code min} and {@code max}.
 *
 * @param zero zero point
 * @param min  smallest stored value
 * @param max  largest stored value
 */
public record QuantRange(int zero, int min, int max) {

    /** Checks {@code min <= max}. */
    public QuantRange {
        if (min > max) {
            throw new IllegalArgumentException("empty range [" + min + ", " + max + "]");
        }
    }

    /**
     * Narrows the range to real values in {@code [low, high]}: {@code zero + rint((double) bound / scale)} with
     * infinite bounds ignored. Under {@link Rounding.Fixed} ops TFLite rounds the f32 quotient with ties away from zero
     * instead; use {@link #narrowTflite}.
     */
    public QuantRange narrow(float low, float high, float scale) {
        int lo = bound(Math.rint((double) low / (double) scale), min);
        int hi = bound(Math.rint((double) high / (double) scale), max);
        return clamped(lo, hi);
    }

    /** As {@link #narrow} with the quotient in f32 and ties away from zero, as TFLite's activation range. */
    public QuantRange narrowTflite(float low, float high, float scale) {
        int lo = bound(roundAway(low / scale), min);
        int hi = bound(roundAway(high / scale), max);
        return clamped(lo, hi);
    }

    /** The nearest stored value. */
    public int clamp(long value) {
        return (int) Math.min(Math.max(value, min), max);
    }

    static double roundAway(double x) {
        double magnitude = Math.abs(x);
        double floor = Math.floor(magnitude);
        return Math.copySign(magnitude - floor >= 0.5 ? floor + 1 : floor, x);
    }

    private int bound(double offset, int otherwise) {
        return Double.isInfinite(offset) ? otherwise : (int) Math.clamp(zero + offset, -0x1p31, 0x1p31 - 1);
    }

    private QuantRange clamped(int lo, int hi) {
        int narrowedMin = Math.min(Math.max(lo, min), max);
        return new QuantRange(zero, narrowedMin, Math.max(Math.min(hi, max), narrowedMin));
    }
}
