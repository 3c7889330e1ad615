package quantwright.compiler.search.solve;

/**
 * A measure's upper bound.
 *
 * @param measure index of the measure
 * @param limit greatest value allowed
 */
public record Budget(int measure, long limit) {
}
