package quantwright.compiler.search;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.driver.Explanation;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** The best plan in a folder that a search wrote, with what its layers cost. */
public final class FoundPlan {
    private FoundPlan() {
    }

    /**
     * A tag for each layer, by the tables the plan was made from.
     *
     * @throws UserErrorException if a file is missing or damaged, or the plan has other layers or precisions
     */
    public static List<PriceTag> prices(Path folder) {
        CostTable costs = CostFile.read(folder.resolve("costs.json"));
        Path repaired = folder.resolve("losses-repaired.json");
        Path file = folder.resolve("best.plan");
        PlanFile plan = PlanFile.read(file);
        LossTable losses = Tables.read(Files.exists(repaired) ? repaired : folder.resolve("losses.json"), LossTable.class,
                LossTable.FORMAT);
        List<LayerPrecision> precisions = costs.layers().stream().map(l -> plan.layers().getOrDefault(l.name(),
                plan.standard())).toList();
        try {
            return PriceTag.of(costs, losses, precisions);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file), e.getMessage());
        }
    }

    /**
     * The tag of the layer that a step of the compiled plan computes: the layers are the steps with convolutions and dense
     * products, in the same order. Empty for another step, and where their number differs.
     */
    public static Optional<PriceTag> tagOfStep(List<PriceTag> tags, List<Explanation> all, Explanation step) {
        List<Explanation> layers = all.stream().filter(Explanation::isLayer).toList();
        int at = layers.indexOf(step);
        return at < 0 || layers.size() != tags.size() ? Optional.empty() : Optional.of(tags.get(at));
    }

    /** The step of the compiled plan that computes a layer, by the name the search knows it by. */
    public static Optional<Explanation> stepOfLayer(List<PriceTag> tags, List<Explanation> all, String layer) {
        return all.stream().filter(e -> tagOfStep(tags, all, e).filter(t -> t.layer().equals(layer)).isPresent()).findFirst();
    }
}
