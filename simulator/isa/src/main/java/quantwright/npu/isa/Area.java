package quantwright.npu.isa;

/**
 * Where the vector unit reads or writes rows of elements in the scratchpad: column {@code c} of row {@code (outer,
 * inner)} is element {@code c} after byte {@code address + outer * outerPitch + inner * innerPitch}.
 *
 * @param address    first byte
 * @param type       storage type, 8 or 16 bits
 * @param zero       zero point
 * @param outerPitch bytes from outer row to outer row; 0 repeats it
 * @param innerPitch bytes from inner row to inner row; 0 repeats it
 */
public record Area(
        @Field(value = "first byte in the scratchpad", hex = true) int address,
        @Field("storage type") NumberType type,
        @Field(value = "zero point", min = -(1 << 24), max = 1 << 24) int zero,
        @Field("bytes from outer row to outer row") int outerPitch,
        @Field("bytes from inner row to inner row") int innerPitch) {

    /** Bytes from the first to past the last one touched. */
    public long extent(Grid grid, boolean oneColumn) {
        return (grid.outerRows() - 1L) * outerPitch + (grid.innerRows() - 1L) * innerPitch
            + type.bytes(oneColumn ? 1 : grid.columns());
    }
}
