package quantwright.ir.arith;

/**
 * Linear interpolation of stored integers with weights in Q11. Scale and zero point stay, so raw stored values blend.
 *
 * <p>For a source position {@code p} (in pixels, double): {@code i = floor(p)}, {@code w1 = rint((p - i) * 2048)},
 * {@code w0 = 2048 - w1}; both indices are clamped to the image. Two axes blend as
 * {@code (sum of q * wy * wx + 2^21) >> 22}: half up, exact in i32 for 8-bit values.
 */
public final class ResizeWeights {
    /** Sum of the two weights of one axis. */
    public static final int ONE = 1 << 11;

    private ResizeWeights() {
    }

    /**
     * The two samples of one output position.
     *
     * @param low         lower index
     * @param high        upper index
     * @param highWeight  weight of the upper sample in [0, 2048]; the lower one has the rest
     */
    public record Tap(int low, int high, int highWeight) {
        /** Weight of the lower sample. */
        public int lowWeight() {
            return ONE - highWeight;
        }
    }

    /** The tap of a source position in an axis of {@code size} samples. */
    public static Tap tap(double position, int size) {
        double floor = Math.floor(position);
        int weight = (int) Math.rint((position - floor) * ONE);
        int low = (int) Math.clamp(floor, 0.0, size - 1.0);
        int high = (int) Math.clamp(floor + 1, 0.0, size - 1.0);
        return new Tap(low, high, weight);
    }

    /** Blends four stored values: {@code a} and {@code b} in the upper row, {@code c} and {@code d} in the lower. */
    public static int blend(int a, int b, int c, int d, Tap y, Tap x) {
        return blend(a, b, c, d, y.highWeight(), x.highWeight());
    }

    /** As the other, with the weights of the lower row and the right column. */
    public static int blend(int a, int b, int c, int d, int y, int x) {
        long top = (long) a * (ONE - x) + (long) b * x;
        long bottom = (long) c * (ONE - x) + (long) d * x;
        return (int) ((top * (ONE - y) + bottom * y + (1L << 21)) >> 22);
    }
}
