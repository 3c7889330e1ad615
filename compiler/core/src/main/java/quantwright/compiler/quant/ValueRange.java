package quantwright.compiler.quant;

/**
 * A closed interval of reals that contains 0.
 *
 * @param low lower bound, at most 0
 * @param high upper bound, at least 0
 */
public record ValueRange(double low, double high) {
    /** Extends the interval to contain 0. */
    public ValueRange {
        low = Math.min(0, low);
        high = Math.max(0, high);
    }

    /** The smallest interval that contains both. */
    public ValueRange union(ValueRange o) {
        return new ValueRange(Math.min(low, o.low), Math.max(high, o.high));
    }

    /** Largest magnitude. */
    public double magnitude() {
        return Math.max(-low, high);
    }
}
