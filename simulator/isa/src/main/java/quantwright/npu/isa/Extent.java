package quantwright.npu.isa;

/**
 * Shape of a strided copy.
 *
 * @param bytes  contiguous bytes of a row
 * @param rows   rows of a plane
 * @param planes planes; 1 makes it a 2-D copy
 */
public record Extent(
        @Field(value = "contiguous bytes of a row", min = 1) int bytes,
        @Field(value = "rows of a plane", min = 1, max = Window.MAX_COUNT) int rows,
        @Field(value = "planes", min = 1, max = Window.MAX_COUNT) int planes) {

    /** Bytes moved. @throws ArithmeticException above 2^63 - 1, which no memory holds */
    public long total() {
        return Math.multiplyExact((long) bytes * rows, (long) planes);
    }

    /** Bytes from the first to past the last one touched under these pitches. */
    public long span(long rowPitch, long planePitch) {
        return (rows - 1L) * rowPitch + (planes - 1L) * planePitch + bytes;
    }
}
