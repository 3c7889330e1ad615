package quantwright.ir.arith;

/**
 * A positive real factor as an integer: {@code value * 2^(exponent - bits)}. {@link #of} gives a value in
 * {@code [2^(bits-1), 2^bits)}, or 0.
 *
 * @param bits     15, 16, 31 or 32
 * @param value    the integer multiplier, unsigned, below {@code 2^bits}
 * @param exponent the power of two of the factor's mantissa in [0.5, 1); TFLite calls it shift, positive is left
 */
public record Multiplier(int bits, long value, int exponent) {

    /** Checks the value's range. */
    public Multiplier {
        if (bits != 15 && bits != 16 && bits != 31 && bits != 32) {
            throw new IllegalArgumentException("multiplier bits must be 15, 16, 31 or 32, not " + bits);
        }
        if (value < 0 || value >= 1L << bits) {
            throw new IllegalArgumentException("multiplier " + value + " does not fit " + bits + " bits");
        }
        if (bits - exponent < 0 || bits - exponent > 62) {
            throw new IllegalArgumentException("total right shift " + (bits - exponent) + " is outside [0, 62]");
        }
        if (value == 0 && exponent != 0) {
            throw new IllegalArgumentException("a zero multiplier has exponent 0, not " + exponent);
        }
    }

    /**
     * Nearest multiplier of a factor.
     *
     * <p>31 and 32 bits: {@code factor = mantissa * 2^exponent} with mantissa in [0.5, 1); value is
     * {@code round(mantissa * 2^bits)}, ties away from zero; if that is {@code 2^bits} it is halved and the exponent
     * grows by one. 15 and 16 bits are taken from the 31-bit value {@code m} as TFLite does for 64-bit accumulators:
     * {@code (m + 2^(30-bits)) >> (31-bits)}, at most {@code 2^bits - 1}. A factor whose exponent is below -31, or
     * whose total right shift {@code bits - exponent} would exceed 62, becomes 0. Source: TFLite
     * {@code QuantizeMultiplier}.
     *
     * @throws IllegalArgumentException if the factor is negative, not finite, or so large that the total right shift
     *                                  would be negative
     */
    public static Multiplier of(double factor, int bits) {
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("factor " + factor + " is not a finite non-negative number");
        }
        if (factor == 0) {
            return new Multiplier(bits, 0, 0);
        }
        int wide = bits == 32 ? 32 : 31;
        int exponent = Math.getExponent(factor) + 1;
        if (exponent < -64) {
            return new Multiplier(bits, 0, 0);
        }
        double mantissa = Math.scalb(factor, -exponent);
        // mantissa * 2^wide is exact in double, so floor(x + 0.5) is exact too: 53 bits hold 32 and the half.
        long value = (long) Math.floor(Math.scalb(mantissa, wide) + 0.5);
        if (value == 1L << wide) {
            value >>= 1;
            exponent++;
        }
        if (bits < 31) {
            value = Math.min((value + (1L << (30 - bits))) >> (31 - bits), (1L << bits) - 1);
        }
        if (exponent < -31 || bits - exponent > 62) {
            return new Multiplier(bits, 0, 0);
        }
        if (exponent > bits) {
            throw new IllegalArgumentException("factor " + factor + " is too large for a " + bits + "-bit multiplier");
        }
        return new Multiplier(bits, value, exponent);
    }

    /** Right shift applied to the product {@code acc * value}, in [0, 62]. */
    public int totalRightShift() {
        return bits - exponent;
    }

    /** The factor this multiplier stands for, exactly. */
    public double toDouble() {
        return Math.scalb((double) value, exponent - bits);
    }
}
