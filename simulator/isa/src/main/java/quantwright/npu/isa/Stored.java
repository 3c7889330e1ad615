package quantwright.npu.isa;

/**
 * How sums become stored values that are not written anywhere: as {@link VectorInstruction.Requantize} makes them.
 *
 * @param type        storage type
 * @param zero        zero point, added
 * @param rescaling   arithmetic
 * @param table       biases and factors, in the scratchpad
 * @param perColumn   whether every column has an entry
 * @param min         least value
 * @param max         greatest value
 * @param lookup      whether values go through a table of 256 bytes
 * @param lookupTable that table, in the scratchpad
 */
public record Stored(
        @Field("type of the value") NumberType type,
        @Field(value = "zero point, added", min = -(1 << 24), max = 1 << 24) int zero,
        @Field("arithmetic") Rescaling rescaling,
        @Field(value = "entries of an i32 bias and a factor", hex = true) int table,
        @Field("one entry per column, else one for all") boolean perColumn,
        @Field(value = "least value", min = -32768, max = 65535) int min,
        @Field(value = "greatest value", min = -32768, max = 65535) int max,
        @Field("map the value through lookup-table") boolean lookup,
        @Field(value = "256 bytes; 0 without lookup", hex = true) int lookupTable) {

    /** Bytes of the parameter table. */
    public long tableBytes(Grid grid) {
        return (4L + rescaling.factorBytes()) * (perColumn ? grid.columns() : 1);
    }
}
