package quantwright.backend.jvm;

import quantwright.backend.jvm.runtime.Geometry;
import quantwright.backend.jvm.runtime.PixelProduct;

/**
 * Whether the vectors of a convolution run over pixels or over output channels, by an estimate of both times. A loop of
 * products costs what its vectors cost, and a constant for the elements before and after that fill no vector. Over
 * pixels, the image is turned into planes and back, and each tap copied. The unit is the time of a multiply-accumulate
 * in a long loop; the constants are rounded measurements.
 */
final class LaneChoice {
    /** Elements whose time a loop takes beyond its own. */
    private static final double LOOP = 176;
    /** Of an element taken into a plane, or from a row of results to its place. */
    private static final double TURN = 35;
    /** Of an element of a tap, copied with others. */
    private static final double COPY = 8;
    /** Of an element of a tap, copied alone. */
    private static final double STRIDED_COPY = 30;

    private LaneChoice() {
    }

    /** Whether vectors over pixels are faster. */
    static boolean pixels(Geometry g, int outputs) {
        if (outputs == 0 || g.positions() == 0 || g.channels() == 0) {
            return false;
        }
        double k = (double) g.taps() * g.channels();
        double pixel = (double) g.paddedSize() / g.positions();
        double copy = g.strideW() == 1 ? COPY : STRIDED_COPY;
        double overOutputs = k * (outputs + LOOP);
        double overPixels = k * outputs * (1 + LOOP / PixelProduct.strip(g.positions())) + k * copy + TURN * pixel
                + TURN * outputs;
        return overPixels < overOutputs;
    }
}
