package quantwright.compiler.search.solve;

import java.util.List;

/** What the solver found. */
public sealed interface Outcome {
    /**
     * The best assignment, and the proof's figures.
     *
     * @param assignment index of the alternative of each layer; of the best the lexicographically first
     * @param objective its objective
     * @param bound proven lower bound of every assignment's objective; equal to {@code objective}
     * @param measures value of each measure
     * @param statistics how it was found
     */
    record Optimum(List<Integer> assignment, long objective, long bound, List<Long> measures, Statistics statistics)
            implements Outcome {
        /** Copies the lists. */
        public Optimum {
            assignment = List.copyOf(assignment);
            measures = List.copyOf(measures);
        }

        /** Distance between what was found and what was proven. */
        public long gap() {
            return objective - bound;
        }
    }

    /**
     * There is no assignment within the budgets.
     *
     * @param conflict a smallest set of budgets that cannot hold together
     * @param attainable for each of them, the least value of its measure while the others of the set hold
     */
    record Infeasible(List<Budget> conflict, List<Long> attainable) implements Outcome {
        /** Copies the lists. */
        public Infeasible {
            conflict = List.copyOf(conflict);
            attainable = List.copyOf(attainable);
        }
    }

    /**
     * Size of the search.
     *
     * @param alternatives alternatives of all layers, tied layers counted once
     * @param remaining alternatives that bounds did not rule out before the solver began
     * @param solves calls of the solver, those that break ties included
     * @param branches branches of the solver in all
     */
    record Statistics(int alternatives, int remaining, int solves, long branches) {
    }
}
