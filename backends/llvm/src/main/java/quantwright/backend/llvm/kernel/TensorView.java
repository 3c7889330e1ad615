package quantwright.backend.llvm.kernel;

/**
 * Shape and strides of an NHWC tensor (one image) in memory. The pointer a kernel receives is that of element (0,0,0);
 * halo pixels, where there are any, lie at negative offsets and between rows.
 *
 * @param height     rows
 * @param width      pixels in a row
 * @param channels   elements in a pixel
 * @param rowPitch   bytes from a row to the next
 * @param pixelPitch bytes from a pixel to the next, at least {@code channels} elements
 */
public record TensorView(int height, int width, int channels, long rowPitch, long pixelPitch) {
    public TensorView {
        if (height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException("empty tensor " + height + "x" + width + "x" + channels);
        }
        if (pixelPitch < channels || rowPitch < (width - 1) * pixelPitch + channels) {
            throw new IllegalArgumentException("pitches " + rowPitch + "," + pixelPitch + " overlap in "
                + height + "x" + width + "x" + channels);
        }
    }

    /** A tensor without gaps, of elements of {@code elementBytes} bytes. */
    public static TensorView dense(int height, int width, int channels, int elementBytes) {
        long pixel = (long) channels * elementBytes;
        return new TensorView(height, width, channels, pixel * width, pixel);
    }

    /** The interior of a buffer with {@code halo} more pixels left and right of each row (and rows above and below). */
    public static TensorView withHalo(int height, int width, int channels, int elementBytes, int left, int right) {
        long pixel = (long) channels * elementBytes;
        return new TensorView(height, width, channels, pixel * (width + left + right), pixel);
    }

    /** True if the last pixel of a row is followed at once by the first of the next. */
    public boolean rowsTouch() {
        return height == 1 || rowPitch == width * pixelPitch;
    }

    /** All pixels as one row; only if {@link #rowsTouch}. */
    public TensorView flattened() {
        return new TensorView(1, height * width, channels, rowPitch * height, pixelPitch);
    }

    /** Byte offset of pixel (y, x). */
    public long offset(long y, long x) {
        return y * rowPitch + x * pixelPitch;
    }
}
