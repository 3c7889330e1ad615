package quantwright.ir.interp;

import quantwright.ir.op.Window2d;
import quantwright.ir.type.Shape;

/**
 * Loop structure that float and integer convolutions share: the padded image, the order of the weights, and the runs of
 * consecutive pixels that one window reads for one group, in (kh, kw, ic) order.
 */
final class ConvPlan {
    private final Shape weights;
    private final int groups;
    private final boolean depthwise;
    private final PaddedImage image;
    private final int[] runs;
    private final int runLength;
    private final Window2d window;

    ConvPlan(Window2d window, int groups, Shape x, Shape weights) {
        this.window = window;
        this.weights = weights;
        this.groups = groups;
        this.depthwise = groups > 1 && weights.dim(3) == 1;
        // A depthwise channel multiplier becomes plain channels by repeating those of the image.
        this.image = new PaddedImage(x, window, depthwise ? weights.dim(0) / groups : 1);
        boolean joined = groups == 1 && window.dilationW() == 1;
        int perRow = joined ? 1 : window.kernelW();
        this.runLength = joined ? window.kernelW() * weights.dim(3) : weights.dim(3);
        this.runs = new int[window.kernelH() * perRow];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = image.at(i / perRow * window.dilationH(), i % perRow * window.dilationW());
        }
    }

    PaddedImage image() {
        return image;
    }

    /** Whether each output channel reads one channel of the image, the one of its own index. */
    boolean depthwise() {
        return depthwise;
    }

    /** Groups that are computed one by one; a depthwise convolution is one pass over all channels. */
    int groups() {
        return depthwise ? 1 : groups;
    }

    /** Output channels of one of {@link #groups()}. */
    int outputs() {
        return weights.dim(0) / groups();
    }

    /** Input channels of one group. */
    int inputs() {
        return weights.dim(3);
    }

    /** Offsets, from the window's first pixel, of the runs that it reads. */
    int[] runs() {
        return runs;
    }

    /** Elements of one run. */
    int runLength() {
        return runLength;
    }

    /** Offset of the first pixel of the window at output position (y, x). */
    int origin(int y, int x) {
        return image.at(y * window.strideH(), x * window.strideW());
    }

    /** Weights of one output channel. */
    int taps() {
        return (int) weights.product(1, 4);
    }
}
