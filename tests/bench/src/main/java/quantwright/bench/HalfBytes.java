package quantwright.bench;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.search.solve.AssignmentProblem;
import quantwright.compiler.search.solve.Budget;
import quantwright.compiler.search.solve.Choice;
import quantwright.compiler.search.solve.ExactSolver;
import quantwright.compiler.search.solve.Layer;
import quantwright.compiler.search.solve.Measure;
import quantwright.compiler.search.solve.Outcome;
import quantwright.compiler.sensitivity.LayerSensitivity;
import quantwright.compiler.sensitivity.SensitivityResults;

/**
 * The plan of least loss within half of int8's weight bytes, by the search's exact solver. The loss of a plan is the sum of
 * its layers' measured divergences, each with that layer alone quantized.
 *
 * @param plan precision of each layer
 * @param counts number of layers of each candidate
 */
record HalfBytes(PrecisionPlan plan, List<Integer> counts) {
    private static final double LOSS_UNIT = 1e-9;
    private static final int LOSS = 0;
    private static final int BITS = 1;

    /**
     * Solves.
     *
     * @param candidates precisions that were measured, the widest first; that one is int8
     */
    static HalfBytes of(SensitivityResults measured, List<LayerPrecision.Integer> candidates) {
        List<Layer> layers = new ArrayList<>();
        long whole = 0;
        for (String name : measured.layers().stream().map(LayerSensitivity::layer).distinct().toList()) {
            List<Choice> choices = new ArrayList<>();
            for (LayerPrecision.Integer candidate : candidates) {
                LayerSensitivity s = measured.find(name, candidate.text()).orElseThrow();
                choices.add(new Choice(candidate.text(), List.of(Math.round(Math.max(0, s.alone()) / LOSS_UNIT),
                        s.weights() * candidate.weights().storage().bits())));
            }
            whole += choices.getFirst().costs().get(BITS);
            layers.add(new Layer(name, choices));
        }
        ExactSolver solver = new ExactSolver(new AssignmentProblem(layers, List.of(), List.of(),
                List.of(Measure.sum("loss", LOSS, 0), Measure.sum("bits", BITS, 0))));
        if (!(solver.minimize(LOSS, List.of(new Budget(BITS, whole / 2))) instanceof Outcome.Optimum best)) {
            throw new IllegalStateException("no plan has half the bytes");
        }
        PrecisionPlan plan = PrecisionPlan.uniform(candidates.getFirst());
        int[] counts = new int[candidates.size()];
        for (int i = 0; i < layers.size(); i++) {
            int choice = best.assignment().get(i);
            counts[choice]++;
            plan = plan.with(layers.get(i).name(), candidates.get(choice));
        }
        return new HalfBytes(plan, java.util.Arrays.stream(counts).boxed().toList());
    }
}
