package quantwright.compiler.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.CostTable.LayerCosts;
import quantwright.compiler.search.SearchProblem.Prediction;
import quantwright.compiler.search.SearchResult.Plan;

/** Makes plan files of plans: predictions and the origin at the top, what each layer costs beside it. Nothing measured. */
public final class PlanWriter {
    private final SearchProblem problem;
    private final String budget;

    /** A writer of one problem's plans. */
    public PlanWriter(SearchProblem problem, String budget) {
        this.problem = problem;
        this.budget = budget;
    }

    /** The file of a plan. */
    public PlanFile file(Plan plan, String model) {
        CostTable costs = problem.costs();
        SequencedMap<String, String> header = new LinkedHashMap<>();
        header.put("model", "sha256:" + costs.model());
        header.put("profile", costs.profile() + " sha256:" + costs.profileHash());
        header.put("costs", "sha256:" + Tables.hash(costs));
        header.put("losses", "sha256:" + Tables.hash(problem.losses()));
        header.put("statistics", "sha256:" + problem.losses().statistics());
        if (!budget.isEmpty()) {
            header.put("budget", budget);
        }
        SequencedMap<String, LayerPrecision> layers = new LinkedHashMap<>();
        Map<String, String> remarks = new LinkedHashMap<>();
        for (int i = 0; i < plan.assignment().size(); i++) {
            LayerCosts layer = costs.layers().get(i);
            CostTable.ChoiceCosts choice = layer.choices().get(plan.assignment().get(i));
            layers.put(layer.name(), plan.precisions().get(i));
            remarks.put(layer.name(), String.format(Locale.ROOT, "%d weights, %s, %s, loss %.2g", layer.parameters(),
                    Figure.SIZE.format(choice.bytes()), Figure.LATENCY.format(choice.picoseconds()),
                    problem.losses().loss(layer.name(), choice.precision()).orElseThrow()));
        }
        return new PlanFile(comments(plan, model), header, LayerPrecision.W8A8, layers, remarks);
    }

    private List<String> comments(Plan plan, String model) {
        Prediction p = plan.predicted();
        StringBuilder figures = new StringBuilder("predicted: loss " + String.format(Locale.ROOT, "%.3g", p.loss()));
        for (Figure f : Figure.values()) {
            if (f != Figure.ENERGY || problem.costs().energy()) {
                figures.append(", ").append(f.text()).append(' ').append(f.format(p.figures().get(f)));
            }
        }
        return List.of(model + " for " + problem.costs().profile(), figures.toString(),
                "Layers follow in execution order; what follows a layer takes its activations' width.");
    }
}
