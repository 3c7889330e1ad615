package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchResult.Plan;

/**
 * What the best plan for one chip costs on another.
 *
 * @param figure the figure compared
 * @param profiles the chips
 * @param best the best plan for each
 * @param rows for each chip's plan, its figure on every chip; empty where that chip cannot execute it
 */
public record HardwareMatrix(Figure figure, List<String> profiles, List<Plan> best, List<List<OptionalLong>> rows) {
    /** Copies the lists. */
    public HardwareMatrix {
        profiles = List.copyOf(profiles);
        best = List.copyOf(best);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * Searches for each chip with the same options, by prediction alone, and costs every plan on every chip.
     *
     * @param problems one for each chip, over the same layers
     */
    public static HardwareMatrix of(List<SearchProblem> problems, SearchOptions options, Figure figure) {
        List<Plan> best = new ArrayList<>();
        for (SearchProblem p : problems) {
            best.add(new PrecisionSearch(p, options, java.util.Optional.empty()).run((a, b, c) -> { }).chosen());
        }
        List<List<OptionalLong>> rows = new ArrayList<>();
        for (Plan plan : best) {
            rows.add(problems.stream().map(p -> cost(p, plan.precisions(), figure)).toList());
        }
        return new HardwareMatrix(figure, problems.stream().map(p -> p.costs().profile()).toList(), best, rows);
    }

    private static OptionalLong cost(SearchProblem problem, List<LayerPrecision> precisions, Figure figure) {
        return problem.assignment(precisions).map(a -> OptionalLong.of(problem.predict(a).figures().get(figure)))
                .orElse(OptionalLong.empty());
    }

    /** How many times the figure of chip {@code on}'s own best plan the plan for chip {@code of} costs there. */
    public OptionalDouble ratio(int of, int on) {
        OptionalLong cost = rows.get(of).get(on);
        return cost.isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of((double) cost.getAsLong() / rows.get(on).get(on).orElseThrow());
    }
}
