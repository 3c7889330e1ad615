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
     * Whether accumulators stay in i32 when they are multiplied by {@code 2^shift(bits)}. Sums may leave it on the way:
     * they come back, as they wrap.
     *
     * @param bound greatest magnitude of an accumulator, its bias included
     */
    public static boolean fit(double bound, int bits) {
        return Math.scalb(bound, shift(bits)) <= Integer.MAX_VALUE;
    }
}
