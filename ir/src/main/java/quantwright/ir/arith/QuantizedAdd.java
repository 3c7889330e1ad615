package quantwright.ir.arith;

/**
 * Sum or difference of two quantized values.
 *
 * <p>{@link Rounding.F32}: {@code f32(q1 - z1) * m1 +/- f32(q2 - z2) * m2} with {@code m = (float) ((double) s /
 * (double) s_out)}: two multiplies and one add, each rounded to f32, never fused; then clamp, half to even, add zero.
 *
 * <p>{@link Rounding.Fixed}: both terms are shifted left by 20 bits (15 for 16-bit storage) and rescaled by {@code s /
 * t} with {@code t = 2 * max(s1, s2)}; their i32 sum is rescaled by {@code t / (2^shift * s_out)}. Source: TFLite ADD
 * and SUB.
 */
public sealed interface QuantizedAdd permits QuantizedAdd.F32, QuantizedAdd.Fixed {

    /** The stored result of stored operands. */
    int apply(int q1, int q2);

    /**
     * Builds an adder.
     *
     * @param subtract    whether the second operand is subtracted
     * @param storageBits width of the operands' storage; 16 shifts by 15, at most 8 by 20
     */
    static QuantizedAdd of(Rounding rounding, boolean subtract, int storageBits, float scale1, int zero1, float scale2,
            int zero2, float outScale, QuantRange out) {
        return switch (rounding) {
            case Rounding.F32 _ -> new F32(subtract, (float) Scales.rescaleFactor(scale1, outScale), zero1,
                (float) Scales.rescaleFactor(scale2, outScale), zero2, out);
            case Rounding.Fixed fixed -> {
                if (storageBits > 16) {
                    throw new IllegalArgumentException("no fixed-point sum of " + storageBits + "-bit operands");
                }
                int shift = storageBits > 8 ? 15 : 20;
                double twiceMax = 2.0 * Math.max(scale1, scale2);
                yield new Fixed(subtract, shift, zero1, fixed(fixed, scale1 / twiceMax), zero2,
                    fixed(fixed, scale2 / twiceMax), fixed(fixed, twiceMax / ((1 << shift) * (double) outScale)), out);
            }
        };
    }

    private static Requantizer.Fixed fixed(Rounding.Fixed rounding, double factor) {
        return new Requantizer.Fixed(rounding, Multiplier.of(factor, rounding.multiplierBits()));
    }

    /** f32 sum. */
    record F32(boolean subtract, float factor1, int zero1, float factor2, int zero2, QuantRange out)
            implements QuantizedAdd {
        @Override
        public int apply(int q1, int q2) {
            float a = (float) (q1 - zero1) * factor1;
            float b = (float) (q2 - zero2) * factor2;
            return Requantizer.F32.finish(subtract ? a - b : a + b, out);
        }
    }

    /** Fixed-point sum. */
    record Fixed(boolean subtract, int leftShift, int zero1, Requantizer.Fixed scaler1, int zero2,
            Requantizer.Fixed scaler2, Requantizer.Fixed outScaler, QuantRange out) implements QuantizedAdd {
        @Override
        public int apply(int q1, int q2) {
            int a = (int) scaler1.scale((q1 - zero1) << leftShift);
            int b = (int) scaler2.scale((q2 - zero2) << leftShift);
            return outScaler.apply(subtract ? a - b : a + b, out);
        }
    }
}
