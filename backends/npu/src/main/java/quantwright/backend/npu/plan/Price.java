package quantwright.backend.npu.plan;

import java.util.Collection;

/**
 * What layers are expected to take, to compare ways to compute the same by: cycles first, then energy.
 *
 * @param score as of {@link Tiling.Cost#score}
 * @param joules energy
 */
public record Price(double score, double joules) {
    /** Differences in cycles below this part of them are within what the costs know. */
    private static final double EQUAL = 1e-3;

    /** All together. */
    public static Price of(Collection<Step> steps, CostModel model) {
        return steps.stream().map(s -> s.price(model)).reduce(new Price(0, 0), Price::plus);
    }

    /** Both, one after the other. */
    public Price plus(Price other) {
        return new Price(score + other.score, joules + other.joules);
    }

    /** Whether this is less than another. */
    public boolean isBelow(Price other) {
        boolean equal = Math.abs(score - other.score) <= EQUAL * other.score;
        return equal ? joules < other.joules : score < other.score;
    }
}
