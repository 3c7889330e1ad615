package quantwright.ir.arith;

/**
 * Right shifts and divisions of integers under each {@link Rounding.Mode}. For a shift or a division on its own,
 * {@code GEMMLOWP_DOUBLE} is its second step, that is ties away from zero.
 */
public final class IntegerRounding {
    private IntegerRounding() {
    }

    /**
     * {@code x / 2^shift} rounded by {@code mode}. Exact for every {@code x}: the result is the floor plus 0 or 1, so
     * nothing overflows (a code generator may add half and shift where a bound on {@code x} is proven).
     *
     * @param shift 0 to 63; 0 returns {@code x}
     */
    public static long shiftRight(long x, int shift, Rounding.Mode mode) {
        if (shift < 0 || shift > 63) {
            throw new IllegalArgumentException("shift " + shift + " is outside [0, 63]");
        }
        if (shift == 0) {
            return x;
        }
        long floor = x >> shift;
        long rest = x & ((1L << shift) - 1);
        long half = 1L << (shift - 1);
        // At shift 63 both stay below 2^63, so the signed comparison is the unsigned one.
        return floor + (roundsUp(floor, Long.compare(rest, half), rest != 0, x < 0, mode) ? 1 : 0);
    }

    /**
     * {@code x / divisor} rounded by {@code mode}.
     *
     * @param divisor positive
     */
    public static long divide(long x, long divisor, Rounding.Mode mode) {
        if (divisor <= 0) {
            throw new IllegalArgumentException("divisor " + divisor + " is not positive");
        }
        long floor = Math.floorDiv(x, divisor);
        long rest = Math.floorMod(x, divisor);
        return floor + (roundsUp(floor, Long.compare(rest, divisor - rest), rest != 0, x < 0, mode) ? 1 : 0);
    }

    /**
     * {@code (high * 2^64 + low) / 2^shift} rounded by {@code mode}, {@code low} taken as unsigned.
     *
     * @param shift 0 to 63
     * @throws ArithmeticException if the result does not fit 64 bits
     */
    static long shiftRight128(long high, long low, int shift, Rounding.Mode mode) {
        if (shift == 0) {
            if (high != low >> 63) {
                throw new ArithmeticException("rescaled accumulator exceeds 64 bits");
            }
            return low;
        }
        long top = high >> (shift - 1);
        long floor = (high << (64 - shift)) | (low >>> shift);
        if (top != 0 && top != -1 || (top ^ floor) < 0) {
            throw new ArithmeticException("rescaled accumulator exceeds 64 bits");
        }
        long rest = low & ((1L << shift) - 1);
        long half = 1L << (shift - 1);
        return floor + (roundsUp(floor, Long.compare(rest, half), rest != 0, high < 0, mode) ? 1 : 0);
    }

    private static boolean roundsUp(long floor, int againstHalf, boolean inexact, boolean negative,
            Rounding.Mode mode) {
        return switch (mode) {
            case HALF_EVEN -> againstHalf > 0 || againstHalf == 0 && (floor & 1) != 0;
            case HALF_UP -> againstHalf >= 0;
            case HALF_AWAY, GEMMLOWP_DOUBLE -> againstHalf > 0 || againstHalf == 0 && !negative;
            case FLOOR -> false;
            case TOWARD_ZERO -> negative && inexact;
        };
    }
}
