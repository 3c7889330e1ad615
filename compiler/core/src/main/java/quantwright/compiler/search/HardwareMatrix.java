package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchResult.Plan;

/**
 * What the best plan for one chip costs on another.
 *
 * @param figure the figure compared
 * @param profiles the chips
 * @param best the best plan for each
 * @param sources where each chip's costs come from, for people
 * @param rows for each chip's plan, its figure on every chip by that chip's cost table; empty where that chip cannot execute
 *     it
 * @param simulated the same by the chip's simulator; empty where it has none
 */
public record HardwareMatrix(Figure figure, List<String> profiles, List<Plan> best, List<String> sources,
                             List<List<OptionalLong>> rows, List<List<OptionalLong>> simulated) {
    /** Copies the lists. */
    public HardwareMatrix {
        profiles = List.copyOf(profiles);
        best = List.copyOf(best);
        sources = List.copyOf(sources);
        rows = rows.stream().map(List::copyOf).toList();
        simulated = simulated.stream().map(List::copyOf).toList();
    }

    /** Runs plans on simulators. */
    @FunctionalInterface
    public interface Simulator {
        /** The figure of a plan on the chip of an index; empty if it has no simulator. */
        OptionalLong cost(List<LayerPrecision> plan, int on);
    }

    /**
     * Searches for each chip with the same options, by prediction alone, and costs every plan on every chip.
     *
     * @param problems one for each chip, over the same layers
     * @param simulator costs the plans again where a chip has a simulator
     */
    public static HardwareMatrix of(List<SearchProblem> problems, SearchOptions options, Figure figure,
            Simulator simulator) {
        List<Plan> best = new ArrayList<>();
        for (SearchProblem p : problems) {
            best.add(new PrecisionSearch(p, options, Optional.<PlanRunner>empty()).run((a, b, c) -> { }).chosen());
        }
        List<List<OptionalLong>> rows = new ArrayList<>();
        List<List<OptionalLong>> simulated = new ArrayList<>();
        for (Plan plan : best) {
            List<OptionalLong> row = problems.stream().map(p -> cost(p, plan.precisions(), figure)).toList();
            rows.add(row);
            simulated.add(IntStream.range(0, row.size()).mapToObj(on -> row.get(on).isEmpty() ? OptionalLong.empty()
                    : simulator.cost(plan.precisions(), on)).toList());
        }
        return new HardwareMatrix(figure, problems.stream().map(p -> p.costs().profile()).toList(), best,
                problems.stream().map(p -> p.costs().source()).toList(), rows, simulated);
    }

    private static OptionalLong cost(SearchProblem problem, List<LayerPrecision> precisions, Figure figure) {
        return problem.assignment(precisions).map(a -> OptionalLong.of(problem.predict(a).figures().get(figure)))
                .orElse(OptionalLong.empty());
    }

    /** How many times the figure of chip {@code on}'s own best plan the plan for chip {@code of} costs there. */
    public OptionalDouble ratio(int of, int on) {
        OptionalLong cost = rows.get(of).get(on);
        return cost.isEmpty() || rows.get(on).get(on).orElseThrow() == 0 ? OptionalDouble.empty()
                : OptionalDouble.of((double) cost.getAsLong() / rows.get(on).get(on).orElseThrow());
    }
}
