package quantwright.npu.isa;

/**
 * Where the rows of an operand lie in the scratchpad: an address generator of five loops, which turns a convolution's
 * input into matrix rows without copying it. Element {@code channel} of tap {@code (y, x)} of row {@code outer *
 * innerRows + inner} lies {@code channel} elements after byte {@code address + outer * outerPitch + inner * innerPitch
 * +
 * y * kernelRowPitch + x * kernelColumnPitch}. As a matrix row it has index {@code (y * kernelColumns + x) * channels +
 * channel}. Pitches are bytes.
 *
 * @param address           first byte
 * @param type              storage type
 * @param zero              zero point, subtracted from each element
 * @param outerRows         count of the outer row loop
 * @param outerPitch        its step
 * @param innerRows         count of the inner row loop
 * @param innerPitch        its step
 * @param kernelRows        taps down
 * @param kernelRowPitch    from a tap to the one below
 * @param kernelColumns     taps across
 * @param kernelColumnPitch from a tap to the next
 * @param channels          contiguous elements of a tap
 */
public record Window(
        @Field(value = "first byte in the scratchpad", hex = true) int address,
        @Field("storage type") NumberType type,
        @Field(value = "zero point", min = -32768, max = 65535) int zero,
        @Field(value = "outer row loop", min = 1, max = MAX_COUNT) int outerRows,
        @Field("its step, bytes") int outerPitch,
        @Field(value = "inner row loop", min = 1, max = MAX_COUNT) int innerRows,
        @Field("its step, bytes") int innerPitch,
        @Field(value = "taps down", min = 1, max = MAX_COUNT) int kernelRows,
        @Field("from a tap to the one below, bytes") int kernelRowPitch,
        @Field(value = "taps across", min = 1, max = MAX_COUNT) int kernelColumns,
        @Field("from a tap to the next, bytes") int kernelColumnPitch,
        @Field(value = "contiguous elements of a tap", min = 1, max = MAX_COUNT) int channels) {

    /** Greatest count of one loop; products of a count and a pitch then stay well inside 63 bits. */
    public static final int MAX_COUNT = 1 << 20;

    /** A plain matrix of {@code rows} rows of {@code depth} elements, {@code pitch} bytes apart. */
    public static Window matrix(int address, NumberType type, int zero, int rows, int pitch, int depth) {
        return new Window(address, type, zero, 1, 0, rows, pitch, 1, 0, 1, 0, depth);
    }

    /** Rows. */
    public long rows() {
        return (long) outerRows * innerRows;
    }

    /** Taps of a row. */
    public long taps() {
        return (long) kernelRows * kernelColumns;
    }

    /** Elements of a row: taps times channels, at most 2^60. */
    public long depth() {
        return taps() * channels;
    }

    /** Bytes from the first to past the last one read. */
    public long extent() {
        return (outerRows - 1L) * outerPitch + (innerRows - 1L) * innerPitch + (kernelRows - 1L) * kernelRowPitch
            + (kernelColumns - 1L) * kernelColumnPitch + type.bytes(channels);
    }
}
