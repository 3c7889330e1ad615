package quantwright.ir.op;

/**
 * Elementwise functions of one operand. Transcendentals follow the exact f32 sequences of
 * {@code quantwright.ir.arith.FloatMath}. RELU is {@code x < 0 ? 0 : x}; ROUND takes ties to even; SIGN keeps zeros and
 * NaN; NOT is for booleans and, bit by bit, integers. On integers RELU, NEG, ABS, SIGN, FLOOR, CEIL and ROUND are
 * defined too.
 */
public enum UnaryKind {
    RELU, SIGMOID, TANH, EXP, LOG, SQRT, RECIPROCAL, NEG, ABS, FLOOR, CEIL, ROUND, SIGN, ERF, GELU, GELU_TANH, HARD_SWISH,
    SOFTPLUS, SILU, SIN, COS, NOT
}
