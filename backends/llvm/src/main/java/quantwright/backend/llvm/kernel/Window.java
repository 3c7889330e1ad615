package quantwright.backend.llvm.kernel;

/**
 * Geometry of a sliding window. Padding on the bottom and right follows from the output shape; padded taps are read
 * from the input's halo.
 *
 * @param height         kernel rows
 * @param width          kernel columns
 * @param strideHeight   input rows between output rows
 * @param strideWidth    input pixels between output pixels
 * @param dilationHeight input rows between taps
 * @param dilationWidth  input pixels between taps
 * @param padTop         rows of halo above the first output's window
 * @param padLeft        pixels of halo left of the first output's window
 */
public record Window(int height, int width, int strideHeight, int strideWidth, int dilationHeight, int dilationWidth,
        int padTop, int padLeft) {
    public Window {
        if (height < 1 || width < 1 || strideHeight < 1 || strideWidth < 1 || dilationHeight < 1 || dilationWidth < 1
                || padTop < 0 || padLeft < 0) {
            throw new IllegalArgumentException("window");
        }
    }

    /** The 1x1 window of a pointwise convolution or fully connected layer. */
    public static Window pointwise() {
        return new Window(1, 1, 1, 1, 1, 1, 0, 0);
    }

    /** A square window with equal strides, no dilation, and equal padding on the top and left. */
    public static Window square(int size, int stride, int pad) {
        return new Window(size, size, stride, stride, 1, 1, pad, pad);
    }

    public boolean isPointwise() {
        return height == 1 && width == 1 && strideHeight == 1 && strideWidth == 1 && padTop == 0 && padLeft == 0;
    }
}
