package quantwright.backend.npu.lower;

import java.util.List;

/**
 * Outputs that the array computes at once: channels {@code channel} to {@code channel + channels} of a patch of
 * neighbouring output pixels. Column {@code (py * patchColumns + px) * channels + c} is that channel of pixel (py, px).
 *
 * @param channel first output channel
 * @param channels output channels
 * @param pieces tiles of the summed index
 */
record ColumnTile(int channel, int channels, List<Piece> pieces) {
    ColumnTile {
        pieces = List.copyOf(pieces);
    }
}
