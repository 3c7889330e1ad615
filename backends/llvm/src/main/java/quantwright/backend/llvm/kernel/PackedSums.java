package quantwright.backend.llvm.kernel;

/** The condition under which sums by packed weights may be accumulated in the high bits of an i32. */
public final class PackedSums {
    private PackedSums() {
    }

    /**
     * The power of two that a weight of {@code bits} bits is multiplied by when it lies at the top of a byte; a weight
     * of one bit stands for +-1 in the upper two.
     */
    public static int shift(int bits) {
        return 8 - Math.max(bits, 2);
    }

    /**
     * True if no sum of products of an output, with activations 0 to 255 and without its bias, leaves i32 when it is
     * multiplied by {@code 2^shift(bits)}.
     *
     * @param weights   the weights of an output together
     * @param perOutput weights of one output
     */
    public static boolean safe(byte[] weights, int perOutput, int bits) {
        for (int first = 0; first < weights.length; first += perOutput) {
            long sum = 0;
            for (int k = 0; k < perOutput; k++) {
                sum += Math.abs(weights[first + k]);
            }
            if (sum * 255 << shift(bits) > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }
}
