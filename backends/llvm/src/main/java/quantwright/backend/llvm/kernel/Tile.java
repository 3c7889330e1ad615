package quantwright.backend.llvm.kernel;

import java.util.List;
import quantwright.backend.llvm.text.Address;

/**
 * Spatial position and channel block of a register tile.
 *
 * @param rows        output rows
 * @param columns     output pixels of a row
 * @param vectors     lanes of each vector of outputs
 * @param lanesBefore padded channels before the block
 * @param in          first activation of the first pixel's window, or the gathered activations
 * @param out         first result
 * @param residual    first element of the fused addition's second input, or null
 * @param weights     the block's weights
 * @param channels4   the constants block plus 4 bytes for each padded channel before the tile's
 * @param channels8   the same plus 8 bytes
 */
record Tile(int rows, int columns, List<Integer> vectors, long lanesBefore, Address in, Address out, Address residual,
        Address weights, Address channels4, Address channels8) {
    int pixels() {
        return rows * columns;
    }

    /** The tile with its activations elsewhere. */
    Tile reading(Address activations) {
        return new Tile(rows, columns, vectors, lanesBefore, activations, out, residual, weights, channels4, channels8);
    }
}
