package quantwright.ir.op;

/**
 * Elementwise functions of one operand. Transcendentals follow the exact f32 sequences of
 * {@code quantwright.ir.arith.FloatMath}.
 */
public enum UnaryKind {
    RELU, SIGMOID, TANH, EXP, LOG, SQRT, RECIPROCAL, NEG, ABS, FLOOR, CEIL, ROUND, SIGN, ERF, GELU, GELU_TANH, HARD_SWISH,
    SOFTPLUS, SILU, SIN, COS, NOT
}
