package quantwright.compiler.search.solve;

import java.util.List;

/**
 * A figure of an assignment: a row's sum, or the greatest of several rows' sums, as a peak over time is.
 *
 * @param name its name
 * @param rows indices of its rows
 * @param bases what each of these rows has whatever is chosen
 */
public record Measure(String name, List<Integer> rows, List<Long> bases) {
    /** Copies the lists. */
    public Measure {
        rows = List.copyOf(rows);
        bases = List.copyOf(bases);
        if (rows.isEmpty() || rows.size() != bases.size()) {
            throw new IllegalArgumentException("measure " + name + " has " + rows.size() + " rows and " + bases.size()
                    + " bases");
        }
    }

    /** The sum of one row. */
    public static Measure sum(String name, int row, long base) {
        return new Measure(name, List.of(row), List.of(base));
    }
}
