package quantwright.ir.op;

import quantwright.ir.type.Shape;

/**
 * Geometry of a sliding window over the two spatial axes of an NHWC tensor. Padding is explicit; a ceil-mode output is
 * expressed by larger bottom and right padding. Padded taps of a convolution are fed zero (the zero point when
 * quantized); those of a pool take no part.
 */
public record Window2d(int kernelH, int kernelW, int strideH, int strideW, int dilationH, int dilationW,
                       int padTop, int padLeft, int padBottom, int padRight) {
    /** Checks that sizes are positive and pads not negative. */
    public Window2d {
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1) {
            throw new IllegalArgumentException("window sizes, strides and dilations must be positive");
        }
        if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
            throw new IllegalArgumentException("padding must not be negative");
        }
    }

    /** A window without padding or dilation. */
    public static Window2d of(int kernelH, int kernelW, int strideH, int strideW) {
        return new Window2d(kernelH, kernelW, strideH, strideW, 1, 1, 0, 0, 0, 0);
    }

    /** This window with the given padding. */
    public Window2d padded(int top, int left, int bottom, int right) {
        return new Window2d(kernelH, kernelW, strideH, strideW, dilationH, dilationW, top, left, bottom, right);
    }

    /** Rows that one window spans. */
    public int spanH() {
        return dilationH * (kernelH - 1) + 1;
    }

    /** Columns that one window spans. */
    public int spanW() {
        return dilationW * (kernelW - 1) + 1;
    }

    /** Output rows for {@code h} input rows; not positive if the window does not fit. */
    public int outH(int h) {
        return Math.floorDiv(h + padTop + padBottom - spanH(), strideH) + 1;
    }

    /** Output columns for {@code w} input columns; not positive if the window does not fit. */
    public int outW(int w) {
        return Math.floorDiv(w + padLeft + padRight - spanW(), strideW) + 1;
    }

    /** NHWC output shape with {@code channels} channels. */
    public Shape outShape(Shape nhwc, int channels) {
        return Shape.of(nhwc.dim(0), outH(nhwc.dim(1)), outW(nhwc.dim(2)), channels);
    }

    /** Whether any side is padded. */
    public boolean isPadded() {
        return padTop + padLeft + padBottom + padRight > 0;
    }

    /** Whether the window is one position, stride 1, no padding: a convolution with it is a matrix product. */
    public boolean isPointwise() {
        return kernelH == 1 && kernelW == 1 && strideH == 1 && strideW == 1 && !isPadded();
    }
}
