package quantwright.npu.isa;

/**
 * Loop counts of a vector instruction.
 *
 * @param outerRows outer rows
 * @param innerRows rows within an outer row
 * @param columns   contiguous elements of a row
 */
public record Grid(
        @Field(value = "outer row loop", min = 1, max = Window.MAX_COUNT) int outerRows,
        @Field(value = "inner row loop", min = 1, max = Window.MAX_COUNT) int innerRows,
        @Field(value = "contiguous elements of a row", min = 1, max = 1 << 28) int columns) {

    /** Rows. */
    public long rows() {
        return (long) outerRows * innerRows;
    }
}
