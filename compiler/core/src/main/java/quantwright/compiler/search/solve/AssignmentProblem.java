package quantwright.compiler.search.solve;

import java.util.ArrayList;
import java.util.List;

/**
 * Choose one alternative for each layer. All numbers are integers, so that a sum is exact and means the same everywhere.
 *
 * @param layers the layers; the order breaks ties: of equally good assignments the lexicographically first is the answer
 * @param ties sets of layers that take the alternative of the same index
 * @param boundaries costs of two layers together
 * @param measures figures of an assignment, for budgets and objectives
 */
public record AssignmentProblem(List<Layer> layers, List<List<Integer>> ties, List<Boundary> boundaries,
                                List<Measure> measures) {
    /**
     * Copies the lists and checks that they fit together.
     *
     * @throws IllegalArgumentException if an index is out of range, tied layers differ in their number of alternatives, or
     *     a row's greatest sum leaves 62 bits
     */
    public AssignmentProblem {
        layers = List.copyOf(layers);
        ties = ties.stream().map(List::copyOf).toList();
        boundaries = List.copyOf(boundaries);
        measures = List.copyOf(measures);
        int rows = rows(layers);
        for (Layer layer : layers) {
            for (Choice choice : layer.choices()) {
                require(choice.costs().size() == rows, "choice " + choice.label() + " of " + layer.name() + " has "
                        + choice.costs().size() + " rows, not " + rows);
            }
        }
        for (List<Integer> tie : ties) {
            for (int layer : tie) {
                require(layer >= 0 && layer < layers.size() && layers.get(layer).choices().size()
                        == layers.get(tie.getFirst()).choices().size(), "tied layers do not have the same choices: " + tie);
            }
        }
        for (Boundary b : boundaries) {
            require(b.costs().size() == rows && b.first() < layers.size() && b.second() < layers.size()
                    && b.first() != b.second(), "a boundary does not fit: " + b);
        }
        for (Measure m : measures) {
            for (int row : m.rows()) {
                require(row >= 0 && row < rows, "measure " + m.name() + " has no row " + row);
            }
        }
        checkSums(layers, boundaries, rows);
    }

    private static int rows(List<Layer> layers) {
        return layers.isEmpty() ? 0 : layers.getFirst().choices().getFirst().costs().size();
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private static void checkSums(List<Layer> layers, List<Boundary> boundaries, int rows) {
        for (int row = 0; row < rows; row++) {
            int r = row;
            double sum = layers.stream().mapToDouble(l -> l.choices().stream().mapToLong(c -> c.costs().get(r)).max()
                    .orElse(0)).sum() + boundaries.stream().mapToDouble(b -> b.costs().get(r)).sum();
            require(sum < 0x1p62, "row " + row + " can sum up to " + sum + ", which needs more than 62 bits");
        }
    }

    /** Number of rows. */
    int rowCount() {
        return rows(layers);
    }

    /** Index of a measure. */
    public int measure(String name) {
        for (int i = 0; i < measures.size(); i++) {
            if (measures.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no measure " + name);
    }

    /** The value of every measure for an assignment, given as an index of an alternative for each layer. */
    public List<Long> evaluate(List<Integer> assignment) {
        long[] sums = new long[rowCount()];
        for (int i = 0; i < layers.size(); i++) {
            add(sums, layers.get(i).choices().get(assignment.get(i)).costs());
        }
        for (Boundary b : boundaries) {
            if (b.isDue(assignment)) {
                add(sums, b.costs());
            }
        }
        List<Long> values = new ArrayList<>();
        for (Measure m : measures) {
            long greatest = Long.MIN_VALUE;
            for (int i = 0; i < m.rows().size(); i++) {
                greatest = Math.max(greatest, sums[m.rows().get(i)] + m.bases().get(i));
            }
            values.add(greatest);
        }
        return values;
    }

    /** Whether an assignment respects budgets. */
    public boolean fits(List<Integer> assignment, List<Budget> budgets) {
        List<Long> values = evaluate(assignment);
        return budgets.stream().allMatch(b -> values.get(b.measure()) <= b.limit());
    }

    private static void add(long[] sums, List<Long> costs) {
        for (int r = 0; r < sums.length; r++) {
            sums[r] += costs.get(r);
        }
    }
}
