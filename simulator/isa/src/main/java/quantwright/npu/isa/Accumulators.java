package quantwright.npu.isa;

/**
 * Where sums lie in the accumulator memory, which is addressed in words of one accumulator: that of row {@code r} and
 * column {@code c} is word {@code address + r * pitch + c}.
 *
 * @param address first word
 * @param pitch   words from row to row
 */
public record Accumulators(
        @Field(value = "first word in the accumulator memory", hex = true) int address,
        @Field("words from row to row") int pitch) {

    /** Words from the first to past the last one of {@code rows} rows of {@code columns}. */
    public long extent(long rows, long columns) {
        return (rows - 1) * pitch + columns;
    }
}
