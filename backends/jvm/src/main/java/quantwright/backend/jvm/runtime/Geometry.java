package quantwright.backend.jvm.runtime;

/**
 * A sliding window over an NHWC tensor.
 *
 * @param images images
 * @param height rows of an image
 * @param width columns
 * @param channels channels of the input
 * @param outHeight rows of the result
 * @param outWidth columns of the result
 * @param kernelH rows of the window
 * @param kernelW columns of the window
 * @param strideH rows from one window to the next
 * @param strideW columns from one window to the next
 * @param dilationH rows from one tap to the next
 * @param dilationW columns from one tap to the next
 * @param padTop rows before the image
 * @param padLeft columns before the image
 * @param padBottom rows after the image
 * @param padRight columns after the image
 */
public record Geometry(int images, int height, int width, int channels, int outHeight, int outWidth, int kernelH,
        int kernelW, int strideH, int strideW, int dilationH, int dilationW, int padTop, int padLeft, int padBottom,
        int padRight) {
    /** Output positions of one image. */
    public int positions() {
        return outHeight * outWidth;
    }

    /** Taps of a window in one channel. */
    public int taps() {
        return kernelH * kernelW;
    }

    private int paddedWidth() {
        return width + padLeft + padRight;
    }

    /** Elements of a padded image. */
    public int paddedSize() {
        return (height + padTop + padBottom) * paddedWidth() * channels;
    }

    boolean padded() {
        return padTop + padLeft + padBottom + padRight > 0;
    }

    /** Offset of a padded position. */
    int at(int row, int column) {
        return (row * paddedWidth() + column) * channels;
    }

    /** Offset of the first tap of output position {@code p}. */
    int origin(int p) {
        return at(p / outWidth * strideH, p % outWidth * strideW);
    }

    /** Offset of a tap from the window's first. */
    public int tap(int kh, int kw) {
        return at(kh * dilationH, kw * dilationW);
    }

    /** Image {@code n} as floats with its border of zeros; the tensor itself where that is the same. */
    float[] load(Memory memory, int buffer, Storage storage, int zero, int n) {
        int size = height * width * channels;
        boolean asItIs = storage == Storage.F32 || storage == Storage.WHOLE && zero == 0;
        if (asItIs && !padded() && images == 1) {
            return memory.floats(buffer);
        }
        float[] image = memory.image(paddedSize());
        Object x = memory.array(buffer);
        if (!padded()) {
            storage.widen(x, n * size, zero, image, 0, size);
            return image;
        }
        java.util.Arrays.fill(image, 0, paddedSize(), 0f);
        for (int row = 0; row < height; row++) {
            storage.widen(x, n * size + row * width * channels, zero, image, at(row + padTop, padLeft),
                    width * channels);
        }
        return image;
    }
}
