package quantwright.backend.npu.plan;

/**
 * A layer with its tiles.
 *
 * @param layer what is computed
 * @param tiling how it is cut
 */
public record Step(Layer layer, Tiling tiling) {
    /** What it is expected to take. */
    public Price price(CostModel model) {
        Tiling.Cost cost = tiling.cost();
        return new Price(cost.score(), model.joules(cost.traffic(), cost.cycles(),
                layer.inputs().getFirst().number().bits(), layer.weightBits()));
    }
}
