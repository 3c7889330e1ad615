package quantwright.compiler.evaluate;

/**
 * Compares two classifiers on the same labelled samples by the samples on which exactly one of them is right (Q.
 * McNemar,
 * "Note on the sampling error of the difference between correlated proportions", Psychometrika 12, 1947), with the
 * binomial distribution itself instead of its approximation.
 *
 * @param samples number of samples
 * @param onlyReference samples that only the reference gets right
 * @param onlyCandidate samples that only the candidate gets right
 */
public record PairedTest(long samples, long onlyReference, long onlyCandidate) {
    private static final double TAIL = 0.025;

    /** How much less accurate the candidate is on these samples, in percentage points. */
    public double drop() {
        return 100.0 * (onlyReference - onlyCandidate) / samples;
    }

    /** Lower end of the exact 95 % interval of the drop, in points: Clopper-Pearson over the discordant samples. */
    public double dropLow() {
        return points(onlyReference == 0 ? 0 : solve(p -> 1 - cumulative(onlyReference - 1, p), TAIL));
    }

    /** Upper end of the exact 95 % interval of the drop, in points. */
    public double dropHigh() {
        return points(onlyReference == discordant() ? 1 : solve(p -> 1 - cumulative(onlyReference, p), 1 - TAIL));
    }

    /** Two-sided exact p-value of the hypothesis that both are equally accurate. */
    public double pValue() {
        return Math.min(1, 2 * cumulative(Math.min(onlyReference, onlyCandidate), 0.5));
    }

    private long discordant() {
        return onlyReference + onlyCandidate;
    }

    private double points(double share) {
        return discordant() == 0 ? 0 : 100.0 * discordant() * (2 * share - 1) / samples;
    }

    /** Probability of at most {@code k} successes among the discordant samples. */
    private double cumulative(long k, double p) {
        long n = discordant();
        if (k >= n || p <= 0) {
            return 1;
        }
        if (p >= 1) {
            return 0;
        }
        double sum = 0;
        double logChoose = 0;
        for (long i = 0; i <= k; i++) {
            if (i > 0) {
                logChoose += Math.log(n - i + 1) - Math.log(i);
            }
            sum += Math.exp(logChoose + i * Math.log(p) + (n - i) * Math.log1p(-p));
        }
        return Math.min(1, sum);
    }

    /** Where a rising function of a probability takes a value. */
    private static double solve(java.util.function.DoubleUnaryOperator rising, double value) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++) {
            double mid = (low + high) / 2;
            if (rising.applyAsDouble(mid) < value) {
                low = mid;
            } else {
                high = mid;
            }
        }
        return (low + high) / 2;
    }
}
