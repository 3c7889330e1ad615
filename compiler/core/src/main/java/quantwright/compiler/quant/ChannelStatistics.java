package quantwright.compiler.quant;

/**
 * Largest magnitude and mean of each channel of a value. Sums are kept in fixed point, so that they do not depend on the
 * order of addition.
 */
final class ChannelStatistics {
    /** Bits after the point of a sum: 2^26 values of up to 2^16 fit. */
    private static final int FRACTION_BITS = 20;
    private static final double ONE = 1 << FRACTION_BITS;
    private static final double LIMIT = 1L << 37;
    private final float[] magnitudes;
    private final long[] sums;
    private long count;

    ChannelStatistics(int channels) {
        magnitudes = new float[channels];
        sums = new long[channels];
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
            }
        }
        count += values.length / channels;
    }

    /** Adds what another shard has seen. */
    void merge(ChannelStatistics other) {
        for (int c = 0; c < magnitudes.length; c++) {
            magnitudes[c] = Math.max(magnitudes[c], other.magnitudes[c]);
            sums[c] += other.sums[c];
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
}
