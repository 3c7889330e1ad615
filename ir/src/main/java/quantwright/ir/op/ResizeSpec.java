package quantwright.ir.op;

/**
 * How a spatial resize samples.
 *
 * @param mode interpolation
 * @param coordinates mapping from output to input positions
 * @param nearest rounding, for nearest neighbour
 * @param outH output rows
 * @param outW output columns
 * @param scaleH rows out per row in, as the source model states it
 * @param scaleW columns out per column in
 */
public record ResizeSpec(ResizeMode mode, ResizeCoordinates coordinates, ResizeNearest nearest, int outH, int outW,
                         float scaleH, float scaleW) {
}
