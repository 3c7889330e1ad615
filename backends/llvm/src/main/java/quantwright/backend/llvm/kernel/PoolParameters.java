package quantwright.backend.llvm.kernel;

/**
 * Numbers of a pooling.
 *
 * @param inputZero zero point of the input in the i8 domain; for {@code AVERAGE}
 * @param values    for {@code AVERAGE}: factors, or multipliers and shifts, indexed by the number of values averaged
 *                  (or one for all); for {@code AVERAGE_DIVIDE}: only min and max are used; null for {@code MAX}
 */
public record PoolParameters(int inputZero, EpilogueValues values) { }
