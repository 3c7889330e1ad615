package quantwright.npu.isa;

/**
 * A matrix of weights in the scratchpad: element {@code (k, column)} is element {@code column} of the row that starts
 * at
 * byte {@code address + k * pitch}.
 *
 * @param address first byte
 * @param type    storage type
 * @param zero    zero point, subtracted from each element
 * @param depth   rows: the summed index
 * @param columns outputs
 * @param pitch   bytes from row to row
 */
public record Weights(
        @Field(value = "first byte in the scratchpad", hex = true) int address,
        @Field("storage type") NumberType type,
        @Field(value = "zero point", min = -32768, max = 65535) int zero,
        @Field(value = "rows: the summed index", min = 1, max = Window.MAX_COUNT) int depth,
        @Field(value = "outputs", min = 1, max = Window.MAX_COUNT) int columns,
        @Field("bytes from row to row") int pitch) {

    /** Bytes from the first to past the last one read. */
    public long extent() {
        return (depth - 1L) * pitch + type.bytes(columns);
    }
}
