package quantwright.ir.op;

/**
 * Elementwise functions of two operands.
 *
 * <p>Integers: division truncates and refuses a divisor of 0; the remainder MOD takes the divisor's sign (ONNX Mod with
 * fmod 0); a power with a negative exponent is the truncated quotient; all others wrap on overflow. Floats: MIN is
 * {@code a < b ? a : b} and MAX {@code a > b ? a : b} (b if either is NaN, as TFLite); MOD is C's {@code fmod}, which
 * takes the dividend's sign (ONNX Mod with fmod 1).
 */
public enum BinaryKind { ADD, SUB, MUL, DIV, MIN, MAX, POW, MOD }
