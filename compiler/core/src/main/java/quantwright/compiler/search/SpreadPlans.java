package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.CostTable.ChoiceCosts;

/**
 * Plans whose expected latencies lie as far apart as they can without a float layer: from the fastest to the slowest, evenly
 * spaced. Front and runners-up do not test how well the latency of integer plans is predicted: they lie close together,
 * since a slower plan that gains nothing is on no front.
 */
final class SpreadPlans {
    private static final int SEED = 1;

    private SpreadPlans() {
    }

    /**
     * Assignments, the fastest first; layers change from their fastest to their slowest choice in a random order, the same
     * in every run.
     *
     * @param count how many, if there are as many
     */
    static List<List<Integer>> of(SearchProblem problem, int count) {
        List<Integer> assignment = extreme(problem, false);
        List<Integer> slowest = extreme(problem, true);
        if (assignment.contains(-1)) {
            return List.of();
        }
        List<List<Integer>> groups = new ArrayList<>(problem.costs().ties());
        Set<Integer> tied = new HashSet<>();
        groups.forEach(tied::addAll);
        for (int i = 0; i < assignment.size(); i++) {
            if (!tied.contains(i)) {
                groups.add(List.of(i));
            }
        }
        Collections.shuffle(groups, new Random(SEED));
        List<List<Integer>> path = new ArrayList<>(List.of(List.copyOf(assignment)));
        for (List<Integer> group : groups) {
            group.forEach(i -> assignment.set(i, slowest.get(i)));
            path.add(List.copyOf(assignment));
        }
        return spaced(problem, path, count);
    }

    /** Each layer's fastest integer choice, or its slowest; -1 for a layer that has none. Tied layers have the first's. */
    private static List<Integer> extreme(SearchProblem problem, boolean slow) {
        List<Integer> extreme = new ArrayList<>();
        for (CostTable.LayerCosts layer : problem.costs().layers()) {
            int best = -1;
            for (int c = 0; c < layer.choices().size(); c++) {
                ChoiceCosts choice = layer.choices().get(c);
                boolean integer = LayerPrecision.parse(choice.precision()).orElseThrow() instanceof LayerPrecision.Integer;
                long gain = best < 0 ? 1 : layer.choices().get(best).picoseconds() - choice.picoseconds();
                best = integer && (best < 0 || (slow ? -gain : gain) > 0) ? c : best;
            }
            extreme.add(best);
        }
        for (List<Integer> tie : problem.costs().ties()) {
            tie.forEach(i -> extreme.set(i, extreme.get(tie.getFirst())));
        }
        return extreme;
    }

    private static List<List<Integer>> spaced(SearchProblem problem, List<List<Integer>> path, int count) {
        long[] latencies = path.stream().mapToLong(a -> problem.predict(a).figures().get(Figure.LATENCY)).toArray();
        long low = latencies[0];
        long high = latencies[latencies.length - 1];
        List<List<Integer>> spaced = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long wanted = low + (high - low) / Math.max(1, count - 1) * i;
            int nearest = 0;
            for (int a = 1; a < latencies.length; a++) {
                nearest = Math.abs(latencies[a] - wanted) < Math.abs(latencies[nearest] - wanted) ? a : nearest;
            }
            if (!spaced.contains(path.get(nearest))) {
                spaced.add(path.get(nearest));
            }
        }
        return spaced;
    }
}
