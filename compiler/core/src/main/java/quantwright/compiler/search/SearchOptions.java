package quantwright.compiler.search;

import java.util.List;
import java.util.Optional;
import quantwright.compiler.quant.LayerPrecision;

/**
 * What to search for.
 *
 * @param budgets upper bounds
 * @param objective the figure to minimize within them; empty for the expected loss
 * @param precisions what layers may have, the preferred first
 * @param rounds measurements of each model for host costs
 * @param lossSamples samples that losses are measured on
 * @param verify how many of the best assignments are really run
 * @param frontPoints points of the Pareto front
 * @param verifyFront whether they are run too
 */
public record SearchOptions(Budgets budgets, Optional<Figure> objective, List<LayerPrecision> precisions, int rounds,
                            long lossSamples, int verify, int frontPoints, boolean verifyFront) {
    /** Copies the list. */
    public SearchOptions {
        precisions = List.copyOf(precisions);
    }
}
