package quantwright.compiler.quant;

/**
 * Largest magnitude, mean and mean square of each channel of a value. Sums are kept in fixed point, so that they do not
 * depend on the order of addition.
 */
final class ChannelStatistics {
    /** Bits after the point of a sum: 2^26 values of up to 2^16 fit. */
    private static final int FRACTION_BITS = 20;
    private static final double ONE = 1 << FRACTION_BITS;
    private static final double LIMIT = 1L << 37;
    private static final double SQUARE_ONE = 1L << 30;
    private static final double SQUARE_LIMIT = 1L << 62;
    private static final double TWO_TO_64 = 0x1p64;
    private final float[] magnitudes;
    private final long[] sums;
    /** Sums of squares, in 128 bits. */
    private final long[] squaresLow;
    private final long[] squaresHigh;
    private long count;

    ChannelStatistics(int channels) {
        magnitudes = new float[channels];
        sums = new long[channels];
        squaresLow = new long[channels];
        squaresHigh = new long[channels];
    }

    /** Number of channels. */
    int size() {
        return magnitudes.length;
    }

    /** Adds values whose innermost axis is the channels. */
    void add(float[] values) {
        int channels = magnitudes.length;
        for (int i = 0; i < values.length; i += channels) {
            for (int c = 0; c < channels; c++) {
                float v = values[i + c];
                magnitudes[c] = Math.max(magnitudes[c], Math.abs(v));
                sums[c] += (long) Math.clamp(Math.rint(v * ONE), -LIMIT, LIMIT);
                addSquare(c, (long) Math.min(Math.rint((double) v * v * SQUARE_ONE), SQUARE_LIMIT), 0);
            }
        }
        count += values.length / channels;
    }

    private void addSquare(int c, long low, long high) {
        long sum = squaresLow[c] + low;
        squaresHigh[c] += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        squaresLow[c] = sum;
    }

    /** Adds what another shard has seen. */
    void merge(ChannelStatistics other) {
        for (int c = 0; c < magnitudes.length; c++) {
            magnitudes[c] = Math.max(magnitudes[c], other.magnitudes[c]);
            sums[c] += other.sums[c];
            addSquare(c, other.squaresLow[c], other.squaresHigh[c]);
        }
        count += other.count;
    }

    /** Largest magnitude of each channel. */
    float[] magnitudes() {
        return magnitudes.clone();
    }

    /** Mean of each channel; 0 if nothing was seen. */
    double[] means() {
        double[] means = new double[sums.length];
        for (int c = 0; c < means.length && count > 0; c++) {
            means[c] = sums[c] / ONE / count;
        }
        return means;
    }

    /** Mean square of each channel; 0 if nothing was seen. */
    double[] meanSquares() {
        double[] means = new double[sums.length];
        for (int c = 0; c < means.length && count > 0; c++) {
            double low = (squaresLow[c] >>> 1) * 2.0 + (squaresLow[c] & 1);
            means[c] = (squaresHigh[c] * TWO_TO_64 + low) / SQUARE_ONE / count;
        }
        return means;
    }
}
