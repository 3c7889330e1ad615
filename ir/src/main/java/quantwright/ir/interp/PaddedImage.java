package quantwright.ir.interp;

import quantwright.ir.op.Window2d;
import quantwright.ir.type.Shape;

/**
 * Geometry of one image of an NHWC tensor with the border that a window's positions reach, so that loops over taps
 * need no bounds. Channels may be repeated, which turns a depthwise channel multiplier into plain channels.
 */
final class PaddedImage {
    private final int height;
    private final int width;
    private final int channels;
    private final int repeat;
    private final int paddedH;
    private final int paddedW;
    private final Window2d window;

    PaddedImage(Shape x, Window2d window, int repeat) {
        this.height = x.dim(1);
        this.width = x.dim(2);
        this.channels = x.dim(3);
        this.repeat = repeat;
        this.window = window;
        this.paddedH = height + window.padTop() + window.padBottom();
        this.paddedW = width + window.padLeft() + window.padRight();
    }

    /** Elements of the padded image. */
    int size() {
        return Math.toIntExact((long) paddedH * paddedW * channels * repeat);
    }

    /** Offset of a padded position. */
    int at(int row, int column) {
        return (row * paddedW + column) * channels * repeat;
    }

    /** Copies image {@code n} into the middle of {@code padded}; the border is left as it is. */
    void load(float[] x, int n, float[] padded) {
        for (int row = 0; row < height; row++) {
            int from = (n * height + row) * width * channels;
            int to = at(row + window.padTop(), window.padLeft());
            if (repeat == 1) {
                System.arraycopy(x, from, padded, to, width * channels);
            } else {
                for (int i = 0; i < width * channels * repeat; i++) {
                    padded[to + i] = x[from + i / repeat];
                }
            }
        }
    }

    /** As the other, for integers less a zero point: the border of zeros then stands for the zero point. */
    void load(int[] x, int n, int[] padded) {
        for (int row = 0; row < height; row++) {
            int from = (n * height + row) * width * channels;
            int to = at(row + window.padTop(), window.padLeft());
            for (int i = 0; i < width * channels * repeat; i++) {
                padded[to + i] = x[from + i / repeat];
            }
        }
    }
}
