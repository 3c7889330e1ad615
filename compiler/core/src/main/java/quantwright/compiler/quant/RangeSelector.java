package quantwright.compiler.quant;

import java.util.Arrays;

/**
 * Chooses the range of an 8-bit activation. All methods work on the histogram's bin centres, so their result depends on the
 * merged counts alone.
 *
 * <p>Sources: entropy, S. Migacz, "8-bit inference with TensorRT", 2017; MSE over clipping ratios as in R. Banner et al.,
 * "Post training 4-bit quantization", NeurIPS 2019.
 */
public final class RangeSelector {
    private static final int ENTROPY_BINS = 2048;
    private final RangeMethod method;
    private final double percentile;
    private final int levels;

    /**
     * A selector.
     *
     * @param percentile share of elements kept, for {@link RangeMethod#PERCENTILE}, such as 0.9999
     * @param levels number of quantized values, 256 for 8 bits
     */
    public RangeSelector(RangeMethod method, double percentile, int levels) {
        if (!(percentile > 0.5 && percentile <= 1)) {
            throw new IllegalArgumentException("percentile " + percentile + " is not in (0.5, 1]");
        }
        this.method = method;
        this.percentile = percentile;
        this.levels = levels;
    }

    /** The range of a histogram; [0, 0] if it is empty. */
    public ValueRange select(Histogram histogram) {
        return select(histogram, histogram, RangeUse.PLAIN);
    }

    /**
     * The range of a histogram whose errors matter as {@code use} says, for {@link RangeMethod#MSE}.
     *
     * @param survivors histogram of the value that the use names, or {@code histogram}
     */
    ValueRange select(Histogram histogram, Histogram survivors, RangeUse use) {
        if (histogram.total() == 0) {
            return new ValueRange(0, 0);
        }
        ValueRange full = new ValueRange(histogram.min(), histogram.max());
        return switch (method) {
            case MIN_MAX -> full;
            case PERCENTILE -> percentile(histogram);
            case ENTROPY -> entropy(histogram, full);
            case MSE -> new SquaredError(survivors, use, levels).best(full);
        };
    }

    private ValueRange percentile(Histogram histogram) {
        double cut = (1 - percentile) * histogram.total();
        double[] bounds = {histogram.min(), histogram.max()};
        double[] below = {0};
        boolean[] found = new boolean[2];
        histogram.forEach((centre, count) -> {
            below[0] += count;
            if (!found[0] && below[0] > cut) {
                bounds[0] = centre;
                found[0] = true;
            }
            if (!found[1] && below[0] >= histogram.total() - cut) {
                bounds[1] = centre;
                found[1] = true;
            }
        });
        return new ValueRange(bounds[0], bounds[1]);
    }

    private ValueRange entropy(Histogram histogram, ValueRange full) {
        double limit = full.magnitude();
        if (!(limit > 0)) {
            return full;
        }
        double[] magnitudes = new double[ENTROPY_BINS];
        histogram.forEach((centre, count) -> magnitudes[(int) Math.min(ENTROPY_BINS - 1.0,
                Math.abs(centre) / limit * ENTROPY_BINS)] += count);
        // Zeros are exact under any scale and would drown everything else.
        magnitudes[0] = magnitudes[1];
        int quantized = full.low() < 0 && full.high() > 0 ? levels / 2 : levels;
        int bestEnd = ENTROPY_BINS;
        double bestDivergence = Double.POSITIVE_INFINITY;
        for (int end = quantized; end <= ENTROPY_BINS; end += 8) {
            double d = divergence(magnitudes, end, quantized);
            if (d < bestDivergence) {
                bestDivergence = d;
                bestEnd = end;
            }
        }
        double bound = limit * bestEnd / ENTROPY_BINS;
        return new ValueRange(Math.max(full.low(), -bound), Math.min(full.high(), bound));
    }

    /** KL divergence of the first {@code end} bins, outliers folded into the last, from their form in fewer levels. */
    private static double divergence(double[] magnitudes, int end, int quantized) {
        double[] p = Arrays.copyOf(magnitudes, end);
        double outliers = 0;
        for (int i = end; i < magnitudes.length; i++) {
            outliers += magnitudes[i];
        }
        double[] q = new double[end];
        for (int level = 0; level < quantized; level++) {
            int from = (int) ((long) level * end / quantized);
            int to = (int) ((long) (level + 1) * end / quantized);
            double mass = 0;
            int filled = 0;
            for (int i = from; i < to; i++) {
                mass += p[i];
                filled += p[i] > 0 ? 1 : 0;
            }
            for (int i = from; i < to; i++) {
                q[i] = p[i] > 0 ? mass / filled : 0;
            }
        }
        p[end - 1] += outliers;
        double pSum = Arrays.stream(p).sum();
        double qSum = Arrays.stream(q).sum();
        double d = 0;
        for (int i = 0; i < end; i++) {
            if (p[i] > 0) {
                // An outlier bin that quantization leaves empty costs as much as a very unlikely one.
                double qi = Math.max(q[i] / qSum, 1e-9);
                d += p[i] / pSum * Math.log(p[i] / pSum / qi);
            }
        }
        return d;
    }
}
