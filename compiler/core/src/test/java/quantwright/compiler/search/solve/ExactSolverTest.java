package quantwright.compiler.search.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The solver against exhaustive search. */
class ExactSolverTest {
    private static final int ROWS = 4;

    /** Small costs, so that many assignments are equally good and ties are really broken. */
    private static AssignmentProblem random(Random random) {
        int count = 2 + random.nextInt(4);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Choice> choices = new ArrayList<>();
            int n = i < 2 ? 3 : 1 + random.nextInt(4);
            for (int c = 0; c < n; c++) {
                choices.add(new Choice("c" + c, costs(random, 6)));
            }
            layers.add(new Layer("l" + i, choices));
        }
        List<Boundary> boundaries = new ArrayList<>();
        for (int i = 0; i + 1 < count; i++) {
            boundaries.add(new Boundary(i, Set.of(0, 1), i + 1, Set.of(random.nextInt(3)), costs(random, 4)));
        }
        List<List<Integer>> ties = random.nextBoolean() ? List.of(List.of(0, 1)) : List.of();
        return new AssignmentProblem(layers, ties, boundaries, List.of(Measure.sum("loss", 0, 0), Measure.sum("size", 1, 5),
                new Measure("peak", List.of(2, 3), List.of(1L, 0L))));
    }

    private static List<Long> costs(Random random, int bound) {
        List<Long> costs = new ArrayList<>();
        for (int r = 0; r < ROWS; r++) {
            costs.add((long) random.nextInt(bound));
        }
        return costs;
    }

    private static List<List<Integer>> assignments(AssignmentProblem p) {
        List<List<Integer>> all = new ArrayList<>();
        all.add(List.of());
        for (Layer layer : p.layers()) {
            List<List<Integer>> longer = new ArrayList<>();
            for (List<Integer> a : all) {
                for (int c = 0; c < layer.choices().size(); c++) {
                    List<Integer> b = new ArrayList<>(a);
                    b.add(c);
                    longer.add(b);
                }
            }
            all = longer;
        }
        all.removeIf(a -> p.ties().stream().anyMatch(t -> t.stream().map(a::get).distinct().count() > 1));
        return all;
    }

    private static boolean possible(AssignmentProblem p, List<Budget> budgets) {
        return assignments(p).stream().anyMatch(a -> p.fits(a, budgets));
    }

    /** Sizes of the smallest infeasible set, by brute force. */
    private static int smallestConflict(AssignmentProblem p, List<Budget> budgets) {
        int smallest = Integer.MAX_VALUE;
        for (int set = 0; set < 1 << budgets.size(); set++) {
            List<Budget> some = new ArrayList<>();
            for (int i = 0; i < budgets.size(); i++) {
                if ((set >> i & 1) != 0) {
                    some.add(budgets.get(i));
                }
            }
            if (!possible(p, some)) {
                smallest = Math.min(smallest, some.size());
            }
        }
        return smallest;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void findsTheFirstOptimumOrASmallestConflict(long seed) {
        Random random = new Random(seed);
        int feasible = 0;
        int infeasible = 0;
        for (int n = 0; n < 40; n++) {
            AssignmentProblem p = random(random);
            int objective = random.nextInt(3);
            List<Budget> budgets = new ArrayList<>();
            for (int m = 0; m < 3; m++) {
                if (m != objective) {
                    budgets.add(new Budget(m, 2 + random.nextInt(14)));
                }
            }
            List<Integer> expected = null;
            for (List<Integer> a : assignments(p)) {
                if (p.fits(a, budgets) && (expected == null || p.evaluate(a).get(objective)
                        < p.evaluate(expected).get(objective))) {
                    expected = a;
                }
            }
            Outcome outcome = new ExactSolver(p).minimize(objective, budgets);
            if (expected != null) {
                Outcome.Optimum found = assertInstanceOf(Outcome.Optimum.class, outcome);
                assertEquals(expected, found.assignment());
                assertEquals(0, found.gap());
                assertEquals(p.evaluate(expected), found.measures());
                feasible++;
            } else {
                Outcome.Infeasible none = assertInstanceOf(Outcome.Infeasible.class, outcome);
                assertEquals(smallestConflict(p, budgets), none.conflict().size());
                assertTrue(!possible(p, none.conflict()));
                checkAttainable(p, none);
                infeasible++;
            }
        }
        assertTrue(feasible > 10 && infeasible > 2, feasible + " feasible, " + infeasible + " not");
    }

    private static void checkAttainable(AssignmentProblem p, Outcome.Infeasible none) {
        for (int i = 0; i < none.conflict().size(); i++) {
            List<Budget> relaxed = new ArrayList<>(none.conflict());
            int measure = relaxed.get(i).measure();
            relaxed.set(i, new Budget(measure, none.attainable().get(i)));
            assertTrue(possible(p, relaxed));
            relaxed.set(i, new Budget(measure, none.attainable().get(i) - 1));
            assertTrue(!possible(p, relaxed));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Layer one = new Layer("a", List.of(new Choice("x", List.of(1L))));
        Layer two = new Layer("b", List.of(new Choice("x", List.of(1L)), new Choice("y", List.of(2L))));
        assertThrows(IllegalArgumentException.class, () -> new AssignmentProblem(List.of(one, two), List.of(List.of(0, 1)),
                List.of(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Choice("x", List.of(-1L)));
        Layer huge = new Layer("h", List.of(new Choice("x", List.of(1L << 61))));
        assertThrows(IllegalArgumentException.class, () -> new AssignmentProblem(Collections.nCopies(4, huge), List.of(),
                List.of(), List.of()));
    }
}
