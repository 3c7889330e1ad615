package quantwright.backend.npu.plan;

/**
 * Scratchpad layout of some rows of a feature map. Rows and the first pixel are aligned as DMA needs it; without a halo
 * rows are dense where that alignment allows.
 *
 * @param feature the map
 * @param rows its rows
 * @param width pixels of a row
 * @param top halo rows above
 * @param bottom halo rows below
 * @param left halo pixels before each row
 * @param right halo pixels after each row
 * @param alignment of rows and first pixel, bytes
 */
public record Band(Feature feature, int rows, int width, int top, int bottom, int left, int right, int alignment) {
    /** Bytes from row to row. */
    public int rowPitch() {
        return Feature.align(margin() + (width + right) * feature.pixelPitch(), alignment);
    }

    /** Bytes from a row's start to its first pixel. */
    private int margin() {
        return Feature.align(left * feature.pixelPitch(), alignment);
    }

    /** Offset of pixel (0, 0). */
    public int origin() {
        return top * rowPitch() + margin();
    }

    /** Bytes of the whole. */
    public int bytes() {
        return (top + rows + bottom) * rowPitch();
    }

    /** Whether all pixels of all rows lie one after another. */
    public boolean isDense() {
        return width == feature.width() && rowPitch() == feature.rowBytes();
    }
}
