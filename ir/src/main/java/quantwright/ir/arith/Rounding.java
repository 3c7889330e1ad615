package quantwright.ir.arith;

/** How an integer result is scaled and rounded to its storage; an attribute of every quantizing op. */
public sealed interface Rounding {
    /** One f32 factor: f32(acc) * factor, clamp, round half to even. */
    record F32() implements Rounding {
        @Override
        public String toString() {
            return "f32";
        }
    }

    /** An integer multiplier and a right shift. */
    record Fixed(int multiplierBits, Mode mode, Intermediate intermediate) implements Rounding {
        /** Checks the multiplier width. */
        public Fixed {
            if (multiplierBits != 15 && multiplierBits != 16 && multiplierBits != 31 && multiplierBits != 32) {
                throw new IllegalArgumentException("multiplier bits must be 15, 16, 31 or 32, not " + multiplierBits);
            }
        }
    }

    /** Rounding of the right shift. */
    enum Mode { HALF_EVEN, HALF_UP, HALF_AWAY, GEMMLOWP_DOUBLE, FLOOR, TOWARD_ZERO }

    /** Width of the product before the shift. */
    enum Intermediate { I32, I64 }
}
