package quantwright.npu.isa;

/**
 * Arithmetic of a rescale. The factors themselves lie in a parameter table in the scratchpad: f32 numbers for
 * {@link RoundingMode#F32}, else pairs of an u32 multiplier and an i32 exponent (the factor is {@code multiplier *
 * 2^(exponent - multiplierBits)}).
 *
 * @param mode           rounding
 * @param multiplierBits 15, 16, 31 or 32; 0 for f32
 * @param wide           whether the exact product is shifted (true) or first rounded to its high 32 bits; false for f32
 */
public record Rescaling(
        @Field("rounding") RoundingMode mode,
        @Field(value = "15, 16, 31 or 32; 0 for f32", max = 32) int multiplierBits,
        @Field("shift the exact product, not its high 32 bits") boolean wide) {

    /** The f32 rescale. */
    public static Rescaling f32() {
        return new Rescaling(RoundingMode.F32, 0, false);
    }

    /** Bytes of one factor in a parameter table: 4 for f32, 8 for a multiplier and its exponent. */
    public int factorBytes() {
        return mode == RoundingMode.F32 ? 4 : 8;
    }

    /** Whether the combination is one the arithmetic defines. */
    public boolean defined() {
        return switch (mode) {
            case F32 -> multiplierBits == 0 && !wide;
            case GEMMLOWP_DOUBLE -> multiplierBits == 31 && !wide;
            case HALF_EVEN, HALF_UP, HALF_AWAY, FLOOR, TOWARD_ZERO ->
                multiplierBits == 15 || multiplierBits == 16 || multiplierBits == 31 || multiplierBits == 32;
        };
    }
}
