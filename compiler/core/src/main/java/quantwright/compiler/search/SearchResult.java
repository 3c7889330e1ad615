package quantwright.compiler.search;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchProblem.Prediction;
import quantwright.compiler.search.solve.Outcome;

/**
 * What a search found.
 *
 * @param problem the tables searched, losses as repaired in the end
 * @param chosen the plan to take
 * @param boundaryRule why uniform int8 was taken instead of the optimum, if it was
 * @param certificate the proof of the last optimum
 * @param verified plans that were really run, in the order they were tried, each with what was expected of it when it was
 *     proposed; the first is uniform int8
 * @param repairs how the losses were repaired after each round of running plans, the last in force
 * @param timed plans whose latency was measured, those of {@code verified} first
 * @param front the Pareto front over {@code axis}, least first
 * @param axis the figure of the front
 * @param keptDrop whether the chosen plan's measured drop is within the budget; true if there is none
 */
public record SearchResult(SearchProblem problem, Plan chosen, Optional<String> boundaryRule, Outcome.Optimum certificate,
                           List<Plan> verified,
                           List<LossRepair> repairs, List<Timed> timed, List<Plan> front, Figure axis,
                           boolean keptDrop) {
    /** Copies the lists. */
    public SearchResult {
        verified = List.copyOf(verified);
        repairs = List.copyOf(repairs);
        timed = List.copyOf(timed);
        front = List.copyOf(front);
    }

    /** Plans that were run after the losses were repaired for the last time. */
    public List<Plan> sinceRepair() {
        return repairs.isEmpty() ? List.of() : verified.subList(repairs.getLast().plans(), verified.size());
    }

    /** Plans without a float layer whose latency was measured. */
    public List<Timed> timedIntegers() {
        return timed.stream().filter(t -> t.plan().precisions().stream().noneMatch(LayerPrecision.Real.class::isInstance))
                .toList();
    }

    /**
     * A plan with what is expected and what was measured of it.
     *
     * @param name what it is, for people
     * @param assignment index of each layer's choice in the cost table
     * @param precisions precision of each layer
     * @param predicted expected loss and figures
     * @param measured what running it gave, if it was run
     */
    public record Plan(String name, List<Integer> assignment, List<LayerPrecision> precisions, Prediction predicted,
                       Optional<Measurement> measured) {
        /** Copies the lists. */
        public Plan {
            assignment = List.copyOf(assignment);
            precisions = List.copyOf(precisions);
        }

        /** This plan with what running it gave. */
        Plan with(Measurement measurement) {
            return new Plan(name, assignment, precisions, predicted, Optional.of(measurement));
        }

        /** Number of layers at each precision, by precision. */
        public Map<String, Long> counts() {
            Map<String, Long> counts = new java.util.TreeMap<>();
            precisions.forEach(p -> counts.merge(p.text(), 1L, Long::sum));
            return counts;
        }
    }

    /**
     * A plan and its latency.
     *
     * @param plan the plan
     * @param picoseconds least latency on this host, or by the simulator of the profile's machine
     */
    public record Timed(Plan plan, long picoseconds) {
    }

    /**
     * What running a plan gave.
     *
     * @param loss mean KL divergence from the float model
     * @param drop points of accuracy lost against the float model; without labels, percent of samples whose class changed
     * @param bytes constants of the quantized graph
     * @param arenaBytes arena of the compiled program; 0 if it was not compiled
     */
    public record Measurement(double loss, double drop, long bytes, long arenaBytes) {
    }
}
