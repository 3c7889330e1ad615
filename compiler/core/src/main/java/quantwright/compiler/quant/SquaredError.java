package quantwright.compiler.quant;

/**
 * Expected squared error of an activation under any range, from prefix sums over its histogram: elements outside are cut
 * off, elements inside (but for 0, which is exact) are off by a uniform rounding error. A bin may be wider than a step, so
 * rounding errors are not measured.
 */
final class SquaredError {
    private static final int CANDIDATES = 128;
    private final double[] centres;
    private final double[] weights;
    private final double[] firsts;
    private final double[] seconds;
    private final double rounded;
    private final int levels;

    SquaredError(Histogram histogram, RangeUse use, int levels) {
        int[] n = {0};
        histogram.forEach((_, _) -> n[0]++);
        centres = new double[n[0]];
        weights = new double[n[0] + 1];
        firsts = new double[n[0] + 1];
        seconds = new double[n[0] + 1];
        int[] at = {0};
        double[] all = {0};
        histogram.forEach((centre, count) -> {
            int i = at[0]++;
            double slope = centre < 0 ? use.negativeSlope() : 1;
            double weight = count * slope * slope;
            // What survives a pool has gone through the LeakyRelu, the value has not.
            double x = use.survivors().isEmpty() ? centre : centre / slope;
            centres[i] = x;
            weights[i + 1] = weights[i] + weight;
            firsts[i + 1] = firsts[i] + weight * x;
            seconds[i + 1] = seconds[i] + weight * x * x;
            all[0] += x == 0 ? 0 : weight / use.averaged();
        });
        rounded = all[0];
        this.levels = levels;
    }

    /** The range of least error whose bounds are fractions of those of {@code full}. */
    ValueRange best(ValueRange full) {
        ValueRange best = full;
        double least = of(full);
        for (int i = 1; i <= CANDIDATES; i++) {
            double low = full.low() * i / CANDIDATES;
            for (int j = 1; j <= CANDIDATES; j++) {
                ValueRange candidate = new ValueRange(low, full.high() * j / CANDIDATES);
                double error = of(candidate);
                if (error < least) {
                    least = error;
                    best = candidate;
                }
            }
            if (full.low() == 0) {
                break;
            }
        }
        return best;
    }

    private double of(ValueRange range) {
        double step = (range.high() - range.low()) / (levels - 1);
        if (!(step > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        int below = lowerBound(range.low());
        int above = lowerBound(Math.nextUp(range.high()));
        int end = centres.length;
        return rounded * step * step / 12 + squares(0, below, range.low()) + squares(above, end, range.high());
    }

    /** Weighted squares of the distances from {@code x} of bins {@code from} to {@code to - 1}. */
    private double squares(int from, int to, double x) {
        return seconds[to] - seconds[from] - 2 * x * (firsts[to] - firsts[from]) + x * x * (weights[to] - weights[from]);
    }

    /** Number of centres below {@code x}. */
    private int lowerBound(double x) {
        int at = java.util.Arrays.binarySearch(centres, x);
        return at < 0 ? -at - 1 : at;
    }
}
