package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.CostTable.ChoiceCosts;
import quantwright.compiler.search.CostTable.LayerCosts;

/**
 * What a layer costs at the precision a plan gives it, and what it would at each other.
 *
 * @param layer name of the layer
 * @param chosen index of the plan's choice
 * @param prices every choice, in the order of the cost table
 */
public record PriceTag(String layer, int chosen, List<Price> prices) {
    /** Copies the list. */
    public PriceTag {
        prices = List.copyOf(prices);
    }

    /**
     * A choice.
     *
     * @param precision its precision
     * @param loss expected divergence from the float model that the layer adds, in nats
     * @param picoseconds time of the layer and of what follows it
     * @param femtojoules energy; 0 if it is not known
     * @param bytes constants as they are stored
     */
    public record Price(String precision, double loss, long picoseconds, long femtojoules, long bytes) {
    }

    /** The plan's choice. */
    public Price price() {
        return prices.get(chosen);
    }

    /**
     * A tag for each layer of a plan.
     *
     * @throws IllegalArgumentException if the table has not the plan's precision for a layer
     */
    public static List<PriceTag> of(CostTable costs, LossTable losses, List<LayerPrecision> plan) {
        List<PriceTag> tags = new ArrayList<>();
        for (int i = 0; i < costs.layers().size(); i++) {
            LayerCosts layer = costs.layers().get(i);
            List<Price> prices = new ArrayList<>();
            int chosen = -1;
            for (ChoiceCosts c : layer.choices()) {
                chosen = c.precision().equals(plan.get(i).text()) ? prices.size() : chosen;
                prices.add(new Price(c.precision(), losses.loss(layer.name(), c.precision()).orElse(Double.NaN),
                        c.picoseconds(), c.femtojoules(), c.bytes()));
            }
            if (chosen < 0) {
                throw new IllegalArgumentException(layer.name() + " has no price at " + plan.get(i).text());
            }
            tags.add(new PriceTag(layer.name(), chosen, prices));
        }
        return tags;
    }
}
