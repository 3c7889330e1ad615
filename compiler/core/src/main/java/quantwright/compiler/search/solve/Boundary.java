package quantwright.compiler.search.solve;

import java.util.List;
import java.util.Set;

/**
 * A cost of two layers together: it is due when the first takes one of some alternatives and the second one of others.
 *
 * @param first index of a layer
 * @param firstChoices indices of its alternatives
 * @param second index of another layer
 * @param secondChoices indices of its alternatives
 * @param costs what it adds to each row, none negative
 */
public record Boundary(int first, Set<Integer> firstChoices, int second, Set<Integer> secondChoices, List<Long> costs) {
    /** Copies the collections. */
    public Boundary {
        firstChoices = Set.copyOf(firstChoices);
        secondChoices = Set.copyOf(secondChoices);
        costs = List.copyOf(costs);
        if (costs.stream().anyMatch(c -> c < 0)) {
            throw new IllegalArgumentException("a negative cost of the boundary of layers " + first + ", " + second);
        }
    }

    /** Whether the cost is due. */
    boolean isDue(List<Integer> assignment) {
        return firstChoices.contains(assignment.get(first)) && secondChoices.contains(assignment.get(second));
    }
}
