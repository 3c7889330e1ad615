package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import quantwright.compiler.search.CostTable.ChoiceCosts;
import quantwright.compiler.search.CostTable.LayerCosts;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;

/**
 * What plans that were run say of the losses: a factor for each precision, which brings the expected losses of those plans
 * nearest to the measured ones. Single layers keep their proportions.
 *
 * <p>With {@code f[c] = exp(t[c])} the {@code t} minimize {@code sum_m log(sum_c f[c] * p[m,c] / l[m])^2 + r * sum_c (t[c] -
 * g)^2}, where {@code p[m,c]} is what plan {@code m} is expected to lose by its layers of precision {@code c}, {@code l[m]}
 * what it lost, and {@code g} the mean of {@code log(l[m] / sum_c p[m,c])}. So errors count as ratios, and a precision of which
 * few plans tell keeps near the common factor: {@code r} is the square of the error, as a logarithm, that a sum over layers has
 * for one plan over that of a precision's factor, {@link #SUM_ERROR} and {@link #FACTOR_SPREAD}. Gauss-Newton steps for one
 * factor after the other.
 *
 * @param factors factor by precision, of those that lose anything
 * @param plans plans that were run until then
 * @param errorBefore median of |expected - measured| / measured over them, by losses that were not repaired
 * @param errorAfter the same by the repaired losses
 */
public record LossRepair(SortedMap<String, Double> factors, int plans, double errorBefore, double errorAfter) {
    private static final double SUM_ERROR = 0.2;
    private static final double FACTOR_SPREAD = Math.log(4);
    private static final double RIDGE = SUM_ERROR * SUM_ERROR / (FACTOR_SPREAD * FACTOR_SPREAD);
    private static final int SWEEPS = 500;
    private static final double LARGEST_STEP = 1;

    /** Copies the map. */
    public LossRepair {
        factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
    }

    /**
     * The repair by plans that were run; empty if none of them was expected to lose anything and lost something.
     *
     * @param problem with losses that were not repaired
     */
    static Optional<LossRepair> of(SearchProblem problem, List<Plan> run) {
        List<Map<String, Double>> parts = new ArrayList<>();
        List<Double> measured = new ArrayList<>();
        SortedMap<String, Double> factors = new TreeMap<>();
        for (Plan plan : run) {
            Map<String, Double> part = parts(problem, plan);
            double loss = plan.measured().map(Measurement::loss).orElse(0.0);
            if (loss > 0 && !part.isEmpty()) {
                parts.add(part);
                measured.add(loss);
                part.keySet().forEach(c -> factors.put(c, 1.0));
            }
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        double before = medianError(parts, measured, factors);
        double common = common(parts, measured);
        factors.replaceAll((c, f) -> Math.exp(common));
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (String c : factors.keySet()) {
                factors.merge(c, Math.exp(step(c, factors, parts, measured, common)), (f, by) -> f * by);
            }
        }
        return Optional.of(new LossRepair(factors, run.size(), before, medianError(parts, measured, factors)));
    }

    /** What a plan is expected to lose, by precision. */
    private static Map<String, Double> parts(SearchProblem problem, Plan plan) {
        Map<String, Double> parts = new TreeMap<>();
        for (int i = 0; i < plan.assignment().size(); i++) {
            LayerCosts layer = problem.costs().layers().get(i);
            ChoiceCosts choice = layer.choices().get(plan.assignment().get(i));
            double loss = problem.losses().loss(layer.name(), choice.precision()).orElseThrow();
            if (loss > 0) {
                parts.merge(choice.precision(), loss, Double::sum);
            }
        }
        return parts;
    }

    private static double expected(Map<String, Double> part, Map<String, Double> factors) {
        return part.entrySet().stream().mapToDouble(e -> e.getValue() * factors.get(e.getKey())).sum();
    }

    private static double common(List<Map<String, Double>> parts, List<Double> measured) {
        double sum = 0;
        for (int m = 0; m < measured.size(); m++) {
            sum += Math.log(measured.get(m) / parts.get(m).values().stream().mapToDouble(Double::doubleValue).sum());
        }
        return sum / measured.size();
    }

    /** By how much to change the logarithm of one factor while the others stay. */
    private static double step(String precision, Map<String, Double> factors, List<Map<String, Double>> parts,
            List<Double> measured, double common) {
        double slope = RIDGE * (Math.log(factors.get(precision)) - common);
        double curvature = RIDGE;
        for (int m = 0; m < measured.size(); m++) {
            double expected = expected(parts.get(m), factors);
            double share = parts.get(m).getOrDefault(precision, 0.0) * factors.get(precision) / expected;
            slope += share * Math.log(expected / measured.get(m));
            curvature += share * share;
        }
        return Math.clamp(-slope / curvature, -LARGEST_STEP, LARGEST_STEP);
    }

    private static double medianError(List<Map<String, Double>> parts, List<Double> measured, Map<String, Double> factors) {
        double[] errors = new double[measured.size()];
        for (int m = 0; m < errors.length; m++) {
            errors[m] = Math.abs(expected(parts.get(m), factors) / measured.get(m) - 1);
        }
        return PredictionQuality.median(errors);
    }

    /** Losses with the factors. */
    LossTable applied(LossTable losses) {
        return new LossTable(losses.format(), losses.model(), losses.statistics(), losses.metric()
                + "; repaired by plans that were run, times " + factors, losses.samples(), losses.baseline(),
                losses.rows().stream().map(r -> new LossTable.Row(r.layer(), r.precision(), r.loss()
                        * factors.getOrDefault(r.precision(), 1.0))).toList());
    }
}
