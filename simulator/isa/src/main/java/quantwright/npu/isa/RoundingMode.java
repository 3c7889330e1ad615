package quantwright.npu.isa;

/** How a rescale rounds; the arithmetic is that of {@code docs/arithmetic.md}'s modes of the same names. */
public enum RoundingMode {
    /** One f32 multiply, clamp in f32, conversion half to even. */
    F32,
    /** Integer multiplier and shift, to nearest, ties to even. */
    HALF_EVEN,
    /** To nearest, ties up. */
    HALF_UP,
    /** To nearest, ties away from zero. */
    HALF_AWAY,
    /** Doubling high multiply, ties up, then a shift, ties away from zero. */
    GEMMLOWP_DOUBLE,
    /** Towards negative infinity. */
    FLOOR,
    /** Towards zero. */
    TOWARD_ZERO
}
