package quantwright.backend.npu.plan;

/**
 * A part of a feature map in the scratchpad.
 *
 * @param address of pixel {@code firstColumn} of row {@code firstRow}
 * @param firstRow row of the map that lies there; may be negative, in the halo
 * @param firstColumn column of the map that lies there; may be negative too
 * @param rowPitch bytes from row to row
 * @param pixelPitch bytes from pixel to pixel
 */
public record Located(int address, int firstRow, int firstColumn, int rowPitch, int pixelPitch) {
    /** Address of a pixel; row and column may lie in the halo. */
    public int at(int row, int column) {
        return address + (row - firstRow) * rowPitch + (column - firstColumn) * pixelPitch;
    }
}
