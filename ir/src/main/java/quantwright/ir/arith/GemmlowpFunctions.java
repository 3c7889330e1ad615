package quantwright.ir.arith;

/**
 * Logistic function and hyperbolic tangent of 16-bit fixed-point numbers, bit by bit as gemmlowp's
 * {@code fixedpoint.h} defines them (the TFLite integer LSTM uses them): a Taylor polynomial of the exponential around
 * -1/8 with a barrel shifter over the powers of two, then three Newton-Raphson steps for the division.
 *
 * <p>A number of k integer bits is raw / 2^(15 - k); results have none.
 */
public final class GemmlowpFunctions {
    /** 1 as a number without integer bits, saturated. */
    private static final int ONE = Short.MAX_VALUE;
    /** 1 as a number of two integer bits. */
    private static final int ONE_Q2 = 1 << 13;
    private static final int EXP_MINUS_EIGHTH = constant(1895147668);
    private static final int THIRD = constant(715827883);
    private static final int EIGHTH = 1 << 12;
    /** exp(-2^e) for e = -2 .. 4. */
    private static final int[] EXP_OF_MINUS_POWER = {constant(1672461947), constant(1302514674), constant(790015084),
        constant(290630308), constant(39332535), constant(720401), constant(242)};
    private static final int LEAST_POWER = -2;
    /** Operands below -2^5 are beyond the shifter's powers. */
    private static final int SHIFTER_BITS = 5;
    /** 48/17 and -32/17 of two integer bits: the linear start of the division. */
    private static final int DIVISION_START = constant(1515870810);
    private static final int DIVISION_SLOPE = constant(-1010580540);
    private static final int NEWTON_STEPS = 3;

    private GemmlowpFunctions() {
    }

    /**
     * 1 / (1 + exp(-x)).
     *
     * @param x an operand of {@code integerBits} integer bits
     */
    public static short logistic(short x, int integerBits) {
        if (x == 0) {
            return 1 << 14;
        }
        // The most negative number has no negation: it wraps, as gemmlowp's does.
        short magnitude = x > 0 ? x : (short) -x;
        int positive = saturate(reciprocalOfOnePlus(expOfNegative((short) -magnitude, integerBits)) << 1);
        return (short) (x > 0 ? positive : ONE - positive);
    }

    /**
     * (1 - exp(-2x)) / (1 + exp(-2x)).
     *
     * @param x an operand of {@code integerBits} integer bits
     */
    public static short tanh(short x, int integerBits) {
        if (x == 0) {
            return 0;
        }
        short negative = x < 0 ? x : (short) -x;
        // Twice the operand is the same bits with one more integer bit.
        int quotient = (short) (reciprocalOfOnePlus(expOfNegative(negative, integerBits + 1)) - ONE_Q2);
        int result = saturate(quotient << 2);
        return (short) (x < 0 ? -result : result);
    }

    /** exp(x) for x <= 0 of {@code integerBits} integer bits. */
    private static int expOfNegative(short x, int integerBits) {
        if (x == 0) {
            return ONE;
        }
        int fraction = 15 - integerBits;
        if (integerBits > SHIFTER_BITS && x < -(1 << fraction + SHIFTER_BITS)) {
            return 0;
        }
        int quarter = 1 << fraction - 2;
        int rest = (short) ((x & quarter - 1) - quarter);
        int result = expNearMinusEighth(saturate(rest << integerBits));
        int remainder = (short) (rest - x);
        for (int e = LEAST_POWER; e < integerBits && e - LEAST_POWER < EXP_OF_MINUS_POWER.length; e++) {
            if ((remainder & 1 << fraction + e) != 0) {
                result = multiply(result, EXP_OF_MINUS_POWER[e - LEAST_POWER]);
            }
        }
        return result;
    }

    /** exp(a) for a in [-1/4, 0). */
    private static int expNearMinusEighth(int a) {
        int x = (short) (a + EIGHTH);
        int x2 = multiply(x, x);
        int x3 = multiply(x2, x);
        int x4 = multiply(x2, x2);
        int quartic = multiply((short) (shiftRight(x4, 2) + x3), THIRD);
        int tail = shiftRight((short) (quartic + x2), 1);
        return saturate(EXP_MINUS_EIGHTH + multiply(EXP_MINUS_EIGHTH, (short) (x + tail)));
    }

    /** 2 / (1 + a) for a in [0, 1], as a number of two integer bits. */
    private static int reciprocalOfOnePlus(int a) {
        int half = (a + ONE + 1) / 2;
        int x = (short) (DIVISION_START + multiply(half, DIVISION_SLOPE));
        for (int i = 0; i < NEWTON_STEPS; i++) {
            int error = (short) (ONE_Q2 - multiply(half, x));
            x = (short) (x + saturate(multiply(x, error) << 2));
        }
        return x;
    }

    /** A constant given in 32 bits, rounded to 16. */
    private static int constant(int wide) {
        return saturate((int) ((long) wide + (1 << 15) >> 16));
    }

    private static int saturate(int x) {
        return Math.clamp(x, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    private static int shiftRight(int x, int bits) {
        return (int) IntegerRounding.shiftRight(x, bits, Rounding.Mode.HALF_AWAY);
    }

    /**
     * Rounding doubling high multiply of 16 bits: 2ab / 2^16 to nearest, saturated.
     *
     * @param a an operand of 16 bits
     * @param b an operand of 16 bits
     */
    public static int multiply(int a, int b) {
        int ab = a * b;
        return saturate((ab + (ab >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
    }
}
