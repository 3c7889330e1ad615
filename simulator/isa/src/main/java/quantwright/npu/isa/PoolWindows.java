package quantwright.npu.isa;

/**
 * Windows over a grid of rows and pixels, in the grid's own coordinates. Tap {@code (y, x)} of window {@code (outer,
 * inner)} is element {@code (firstRow + outer * rowStride + y, firstColumn + inner * columnStride + x)}; taps that the grid
 * does not have are left out.
 *
 * @param outerRows     windows down
 * @param innerRows     windows across
 * @param kernelRows    taps down
 * @param kernelColumns taps across
 * @param rowStride     rows from a window to the one below
 * @param columnStride  elements from a window to the next
 * @param firstRow      row of the first window's first tap; negative where padding comes first
 * @param firstColumn   its place in the row
 * @param zero          what an average takes off each tap
 */
public record PoolWindows(
        @Field(value = "windows down", min = 1, max = Window.MAX_COUNT) int outerRows,
        @Field(value = "windows across", min = 1, max = Window.MAX_COUNT) int innerRows,
        @Field(value = "taps down", min = 1, max = MAX_SIDE) int kernelRows,
        @Field(value = "taps across", min = 1, max = MAX_SIDE) int kernelColumns,
        @Field(value = "rows from a window to the one below", min = 1, max = MAX_SIDE) int rowStride,
        @Field(value = "elements from a window to the next", min = 1, max = MAX_SIDE) int columnStride,
        @Field(value = "row of the first window's first tap", min = -MAX_SIDE, max = MAX_SIDE) int firstRow,
        @Field(value = "its place in the row", min = -MAX_SIDE, max = MAX_SIDE) int firstColumn,
        @Field(value = "what an average takes off each tap", min = -32768, max = 65535) int zero) {

    /** Greatest number of taps along a side, and greatest stride. */
    public static final int MAX_SIDE = 1 << 10;

    /** Windows. */
    public long windows() {
        return (long) outerRows * innerRows;
    }

    /** Taps of a window, those left out included. */
    public long taps() {
        return (long) kernelRows * kernelColumns;
    }
}
