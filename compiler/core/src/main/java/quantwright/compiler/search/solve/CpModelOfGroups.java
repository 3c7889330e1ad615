package quantwright.compiler.search.solve;

import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearArgument;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is left of a problem as a model for the CP-SAT solver: a Boolean for each alternative, exactly one true in a group,
 * and one for each boundary, true where its cost is due. One worker, a fixed seed and no limit of time: the same model
 * gives the same answer.
 */
final class CpModelOfGroups {
    private static final int SEED = 1;
    private static final int STRONG_LINEARIZATION = 2;
    private final Groups groups;
    private final CpModel model = new CpModel();
    private final BoolVar[][] taken;
    private final List<BoolVar> due = new ArrayList<>();
    private long branches;
    private int solves;

    CpModelOfGroups(Groups groups) {
        SolverLibrary.load();
        this.groups = groups;
        this.taken = new BoolVar[groups.size()][];
        for (int g = 0; g < taken.length; g++) {
            taken[g] = new BoolVar[groups.choices(g)];
            List<Literal> some = new ArrayList<>();
            for (int c : groups.left(g)) {
                taken[g][c] = model.newBoolVar("x" + g + "_" + c);
                some.add(taken[g][c]);
            }
            model.addExactlyOne(some);
        }
        for (Boundary b : groups.boundaries()) {
            BoolVar y = model.newBoolVar("y" + due.size());
            due.add(y);
            // Costs are never negative, so nothing keeps y true where it need not be.
            model.addLessOrEqual(LinearExpr.newBuilder().add(sum(b.first(), b.firstChoices())).add(sum(b.second(),
                    b.secondChoices())).addTerm(y, -1), 1);
        }
    }

    private LinearExprBuilder sum(int group, Set<Integer> choices) {
        LinearExprBuilder sum = LinearExpr.newBuilder();
        for (int c : groups.left(group)) {
            if (choices.contains(c)) {
                sum.addTerm(taken[group][c], 1);
            }
        }
        return sum;
    }

    private LinearArgument row(int row, long base) {
        LinearExprBuilder sum = LinearExpr.newBuilder().add(base);
        for (int g = 0; g < taken.length; g++) {
            for (int c : groups.left(g)) {
                if (groups.cost(g, c, row) != 0) {
                    sum.addTerm(taken[g][c], groups.cost(g, c, row));
                }
            }
        }
        for (int b = 0; b < due.size(); b++) {
            long cost = groups.boundaries().get(b).costs().get(row);
            if (cost != 0) {
                sum.addTerm(due.get(b), cost);
            }
        }
        return sum;
    }

    /** Bounds a measure. */
    void limit(Measure measure, long limit) {
        for (int i = 0; i < measure.rows().size(); i++) {
            model.addLessOrEqual(row(measure.rows().get(i), measure.bases().get(i)), limit);
        }
    }

    /** Sets the objective: a measure, to be as small as can be. */
    void minimize(Measure measure) {
        if (measure.rows().size() == 1) {
            model.minimize(row(measure.rows().getFirst(), measure.bases().getFirst()));
            return;
        }
        IntVar peak = model.newIntVar(0, Long.MAX_VALUE / 4, "peak");
        for (int i = 0; i < measure.rows().size(); i++) {
            model.addLessOrEqual(row(measure.rows().get(i), measure.bases().get(i)), peak);
        }
        model.minimize(peak);
    }

    /** Sets the objective: the places of some groups' alternatives, the first group's weighing most. */
    void minimizePlaces(List<Integer> some) {
        LinearExprBuilder places = LinearExpr.newBuilder();
        long weight = 1;
        for (int i = some.size() - 1; i >= 0; i--) {
            List<Integer> left = groups.left(some.get(i));
            for (int place = 1; place < left.size(); place++) {
                places.addTerm(taken[some.get(i)][left.get(place)], weight * place);
            }
            weight *= left.size();
        }
        model.minimize(places);
    }

    /** Rules out one assignment of layers; one that bounds have ruled out already needs nothing more. */
    void exclude(List<Integer> layers) {
        LinearExprBuilder same = LinearExpr.newBuilder();
        for (int g = 0; g < taken.length; g++) {
            int choice = layers.get(groups.firstLayer(g));
            if (!groups.isAlive(g, choice)) {
                return;
            }
            same.addTerm(taken[g][choice], 1);
        }
        model.addLessOrEqual(same, taken.length - 1L);
    }

    /** Fixes a group's alternative. */
    void fix(int group, int choice) {
        model.addEquality(taken[group][choice], 1);
    }

    /** Where to look first. */
    void hint(int[] assignment) {
        model.clearHints();
        for (int g = 0; g < taken.length; g++) {
            for (int c : groups.left(g)) {
                model.addHint(taken[g][c], c == assignment[g] ? 1 : 0);
            }
        }
    }

    /**
     * Solves to proven optimality, or feasibility without an objective.
     *
     * @return the alternative of each group, or null if there is no assignment
     */
    int[] solve() {
        CpSolver solver = new CpSolver();
        solver.getParameters().setNumWorkers(1).setRandomSeed(SEED).setLinearizationLevel(STRONG_LINEARIZATION);
        CpSolverStatus status = solver.solve(model);
        solves++;
        branches += solver.numBranches();
        if (status == CpSolverStatus.INFEASIBLE) {
            return null;
        }
        if (status != CpSolverStatus.OPTIMAL) {
            throw new IllegalStateException("the solver gave " + status + ": " + model.validate());
        }
        int[] assignment = new int[taken.length];
        for (int g = 0; g < taken.length; g++) {
            for (int c : groups.left(g)) {
                if (solver.booleanValue(taken[g][c])) {
                    assignment[g] = c;
                }
            }
        }
        return assignment;
    }

    /** Branches of all solves so far. */
    long branches() {
        return branches;
    }

    /** Number of solves so far. */
    int solves() {
        return solves;
    }
}
