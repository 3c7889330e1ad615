package quantwright.ir.arith;

/**
 * Rescales an integer accumulator to a quantized output. Built once per channel from the factor
 * {@code s_in * s_w / s_out} ({@link Scales}); applying it is integer or f32 arithmetic with no further choice.
 *
 * <p>{@link Rounding.F32}, in order: convert the accumulator to f32 (nearest even); multiply by the f32 factor; clamp
 * in f32 to {@code [min - zero, max - zero]} (compare and select); convert to integer, nearest even; add zero. The
 * clamp precedes the conversion because instruction sets differ on out-of-range conversions.
 *
 * <p>{@link Rounding.Fixed} with i64: {@code p = acc * value} exactly; {@code r = p / 2^(bits - exponent)} rounded by
 * the mode; add zero; clamp.
 *
 * <p>{@link Rounding.Fixed} with i32: {@code a = acc << max(exponent, 0)} in wrapping 32 bits;
 * {@code h = (a * value + 2^(bits - 1)) >> bits}, the product in 64 bits; {@code r = h / 2^max(-exponent, 0)} rounded
 * by the mode (gemmlowp-double: ties away from zero); add zero; clamp. Source: gemmlowp
 * {@code SaturatingRoundingDoublingHighMul} and {@code RoundingDivideByPOT}.
 */
public sealed interface Requantizer permits Requantizer.F32, Requantizer.Fixed {

    /** Largest magnitude of a 64-bit accumulator: sums stay exact in double. */
    long MAX_WIDE_ACCUMULATOR = (1L << 53) - 1;

    /** Rescales a 32-bit accumulator. */
    int apply(int acc, QuantRange out);

    /**
     * Rescales a 64-bit accumulator, as 16-bit activations need.
     *
     * @throws ArithmeticException           if {@code |acc| >= 2^53}, which the quantizer must have excluded
     * @throws UnsupportedOperationException for an i32 intermediate, which has no 64-bit form
     */
    int applyWide(long acc, QuantRange out);

    /** Builds the requantizer of a rounding and a factor. */
    static Requantizer of(Rounding rounding, double factor) {
        return switch (rounding) {
            case Rounding.F32 _ -> new F32((float) factor);
            case Rounding.Fixed f -> new Fixed(f, Multiplier.of(factor, f.multiplierBits()));
        };
    }

    private static long checkWide(long acc) {
        if (acc > MAX_WIDE_ACCUMULATOR || acc < -MAX_WIDE_ACCUMULATOR) {
            throw new ArithmeticException("accumulator " + acc + " exceeds 2^53");
        }
        return acc;
    }

    /**
     * f32 rescaling.
     *
     * @param factor finite and not negative
     */
    record F32(float factor) implements Requantizer {
        /** Checks the factor. */
        public F32 {
            if (!(factor >= 0) || Float.isInfinite(factor)) {
                throw new IllegalArgumentException("factor " + factor + " is not a finite non-negative number");
            }
        }

        @Override
        public int apply(int acc, QuantRange out) {
            return finish((float) acc * factor, out);
        }

        @Override
        public int applyWide(long acc, QuantRange out) {
            // Exact in double below 2^53, so this is one rounding to f32.
            return finish((float) (double) checkWide(acc) * factor, out);
        }

        /**
         * Clamp, round half to even, add the zero point.
         *
         * @throws IllegalArgumentException if a bound less the zero point is not exact in f32
         */
        static int finish(float scaled, QuantRange out) {
            long low = (long) out.min() - out.zero();
            long high = (long) out.max() - out.zero();
            if (low < -(1 << 24) || high > 1 << 24) {
                throw new IllegalArgumentException("range " + out + " is not exact in f32");
            }
            float lo = (float) low;
            float hi = (float) high;
            float x = scaled < lo ? lo : scaled;
            x = x > hi ? hi : x;
            return (int) Math.rint((double) x) + out.zero();
        }
    }

    /**
     * Fixed-point rescaling.
     *
     * @param rounding   mode and widths
     * @param multiplier its factor
     */
    record Fixed(Rounding.Fixed rounding, Multiplier multiplier) implements Requantizer {
        /** Checks that the widths agree. */
        public Fixed {
            if (rounding.multiplierBits() != multiplier.bits()) {
                throw new IllegalArgumentException(multiplier + " does not fit " + rounding);
            }
        }

        @Override
        public int apply(int acc, QuantRange out) {
            return out.clamp(scale(acc) + out.zero());
        }

        /** The rounded product alone: no zero point, no clamp. */
        public long scale(int acc) {
            return scale(rounding, multiplier.value(), multiplier.exponent(), acc);
        }

        /** As {@link #scale(int)}, for callers that keep the parts of many multipliers in arrays. */
        public static long scale(Rounding.Fixed rounding, long value, int exponent, int acc) {
            int bits = rounding.multiplierBits();
            if (rounding.intermediate() == Rounding.Intermediate.I64) {
                return IntegerRounding.shiftRight(acc * value, bits - exponent, rounding.mode());
            }
            int shifted = acc << Math.max(exponent, 0);
            long product = shifted * value;
            int high = (int) ((product + (1L << (bits - 1))) >> bits);
            return IntegerRounding.shiftRight(high, Math.max(-exponent, 0), rounding.mode());
        }

        @Override
        public int applyWide(long acc, QuantRange out) {
            if (rounding.intermediate() != Rounding.Intermediate.I64) {
                throw new UnsupportedOperationException(rounding + " has no form for 64-bit accumulators");
            }
            checkWide(acc);
            return out.clamp(Math.addExact(scaleWide(rounding, multiplier.value(), multiplier.exponent(), acc),
                (long) out.zero()));
        }

        /** The rounded product of a 64-bit accumulator alone, through an i64 intermediate. */
        public static long scaleWide(Rounding.Fixed rounding, long value, int exponent, long acc) {
            return IntegerRounding.shiftRight128(Math.multiplyHigh(acc, value), acc * value,
                rounding.multiplierBits() - exponent, rounding.mode());
        }
    }
}
