package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;

/**
 * How well figures were predicted.
 *
 * @param plans predictions that were compared
 * @param medianError median of |predicted - measured| / measured
 * @param rankCorrelation Spearman's coefficient, ties sharing their mean rank
 */
public record PredictionQuality(int plans, double medianError, double rankCorrelation) {
    private static final int FEWEST = 3;

    /** Of plans whose latency was measured, each assignment once; empty if there are fewer than three. */
    public static Optional<PredictionQuality> ofLatency(List<Timed> plans) {
        List<double[]> pairs = new ArrayList<>();
        List<List<Integer>> seen = new ArrayList<>();
        for (Timed t : plans) {
            if (!seen.contains(t.plan().assignment())) {
                seen.add(t.plan().assignment());
                pairs.add(new double[] {t.plan().predicted().figures().get(Figure.LATENCY), t.picoseconds()});
            }
        }
        return pairs.size() < FEWEST ? Optional.empty() : Optional.of(of(pairs));
    }

    /** Of plans that were run and lost something; empty if there are fewer than three. */
    public static Optional<PredictionQuality> ofLoss(List<Plan> plans) {
        List<double[]> pairs = plans.stream().filter(p -> p.measured().orElseThrow().loss() > 0).map(p -> new double[] {
            p.predicted().loss(), p.measured().orElseThrow().loss()}).toList();
        return pairs.size() < FEWEST ? Optional.empty() : Optional.of(of(pairs));
    }

    /** Of pairs of a predicted and a measured figure, the measured above 0. */
    public static PredictionQuality of(List<double[]> pairs) {
        double[] errors = pairs.stream().mapToDouble(p -> Math.abs(p[0] - p[1]) / p[1]).toArray();
        return new PredictionQuality(errors.length, median(errors), correlation(ranks(pairs, 0), ranks(pairs, 1)));
    }

    /** The median of one or more values. */
    static double median(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double[] ranks(List<double[]> pairs, int which) {
        double[] values = pairs.stream().mapToDouble(p -> p[which]).toArray();
        List<Integer> order = IntStream.range(0, values.length).boxed().sorted(Comparator.comparing(i -> values[i])).toList();
        double[] ranks = new double[values.length];
        for (int i = 0; i < values.length; ) {
            int end = i;
            while (end < values.length && values[order.get(end)] == values[order.get(i)]) {
                end++;
            }
            for (int k = i; k < end; k++) {
                ranks[order.get(k)] = (i + end + 1) / 2.0;
            }
            i = end;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElseThrow();
        double meanB = Arrays.stream(b).average().orElseThrow();
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
    }
}
