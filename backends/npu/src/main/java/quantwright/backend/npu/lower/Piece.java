package quantwright.backend.npu.lower;

/**
 * A tile of weights: the part of the summed index that one array instruction takes, for the columns of one
 * {@link ColumnTile}. Its rows are the taps {@code tapRow} to {@code tapRow + tapRows} by {@code tapColumn} to
 * {@code tapColumn + tapColumns}, times channels. Where pixels lie side by side, neighbouring taps are one run: then
 * {@code tapColumns} is 1 and channels may reach into the pixels after.
 *
 * @param tapRow first row of taps
 * @param tapRows rows of taps
 * @param tapColumn first column of taps
 * @param tapColumns columns of taps
 * @param channel first channel, of the input map
 * @param channels channels
 */
record Piece(int tapRow, int tapRows, int tapColumn, int tapColumns, int channel, int channels) {
    /** Rows of the tile. */
    int depth() {
        return tapRows * tapColumns * channels;
    }
}
