package quantwright.compiler.search.solve;

import java.util.List;

/**
 * One alternative of a layer.
 *
 * @param label its name, unique in its layer
 * @param costs what it adds to each row, none negative
 */
public record Choice(String label, List<Long> costs) {
    /** Copies the list. */
    public Choice {
        costs = List.copyOf(costs);
        if (costs.stream().anyMatch(c -> c < 0)) {
            throw new IllegalArgumentException("a negative cost of choice " + label);
        }
    }
}
