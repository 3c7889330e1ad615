package quantwright.backend.avx;

/** The condition under which a saturating 16-bit sum of two u8*s8 products ({@code vpmaddubsw}) is exact. */
final class PairSums {
    private PairSums() {
    }

    /**
     * True if no two neighbouring weights of an output overflow 16 bits for any activations: 255 * (w0 + w1) over the
     * positive and over the negative ones stays within [-32768, 32767]. Every neighbourhood is tried, since padding may
     * shift pairs.
     *
     * @param weights   s8, the weights of an output together
     * @param perOutput weights of one output
     */
    static boolean safe(byte[] weights, int perOutput) {
        for (int i = 0; i < weights.length; i++) {
            int next = (i + 1) % perOutput == 0 ? 0 : weights[i + 1];
            int positive = Math.max(weights[i], 0) + Math.max(next, 0);
            int negative = Math.min(weights[i], 0) + Math.min(next, 0);
            if (255 * positive > Short.MAX_VALUE || 255 * negative < Short.MIN_VALUE) {
                return false;
            }
        }
        return true;
    }
}
