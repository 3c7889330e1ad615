package quantwright.backend.npu.plan;

/**
 * A layer with its tiles.
 *
 * @param layer what is computed
 * @param tiling how it is cut
 */
public record Step(Layer layer, Tiling tiling) {
}
