package quantwright.compiler.search.solve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Solves assignment problems exactly: alternatives that bounds rule out are dropped, the CP-SAT solver (Google OR-Tools)
 * proves an optimum of the rest in integers, and of all optima the lexicographically first is returned. Deterministic.
 */
public final class ExactSolver {
    private static final long LARGEST_PLACE_WEIGHT = 1L << 40;
    private final AssignmentProblem problem;

    /** A solver of one problem, for any objective and budgets. */
    public ExactSolver(AssignmentProblem problem) {
        this.problem = problem;
    }

    /**
     * The assignment with the least objective within the budgets, or a smallest set of budgets that conflict.
     *
     * @param objective index of the measure to minimize
     * @throws SolverUnavailable if the solver's library cannot be used here
     */
    public Outcome minimize(int objective, List<Budget> budgets) {
        return minimize(objective, budgets, List.of()).<Outcome>map(o -> o).orElseGet(() -> conflict(budgets));
    }

    /**
     * The best assignments, the best first.
     *
     * @param count how many, if there are as many
     * @return empty if no assignment is within the budgets
     */
    public List<Outcome.Optimum> best(int objective, List<Budget> budgets, int count) {
        List<Outcome.Optimum> best = new ArrayList<>();
        List<List<Integer>> excluded = new ArrayList<>();
        while (best.size() < count) {
            Optional<Outcome.Optimum> next = minimize(objective, budgets, excluded);
            if (next.isEmpty()) {
                break;
            }
            best.add(next.get());
            excluded.add(next.get().assignment());
        }
        return best;
    }

    private Optional<Outcome.Optimum> minimize(int objective, List<Budget> budgets, List<List<Integer>> excluded) {
        Groups groups = Groups.of(problem);
        int all = groups.countAll();
        Measure measure = problem.measures().get(objective);
        Pegging pegging = measure.rows().size() > 1 ? null : new Pegging(groups, measure.rows().getFirst(),
                limits(budgets), a -> problem.fits(groups.layers(a), budgets)
                && !excluded.contains(groups.layers(a)));
        if (pegging != null) {
            pegging.run();
        }
        int left = groups.countLeft();
        CpModelOfGroups model = new CpModelOfGroups(groups);
        budgets.forEach(b -> model.limit(problem.measures().get(b.measure()), b.limit()));
        excluded.forEach(model::exclude);
        model.minimize(measure);
        if (pegging != null && pegging.incumbent() != null) {
            model.hint(pegging.incumbent());
        }
        int[] found = model.solve();
        if (found == null) {
            return Optional.empty();
        }
        long best = problem.evaluate(groups.layers(found)).get(objective);
        if (pegging != null) {
            pegging.ruleOutAbove(best - measure.bases().getFirst());
        }
        CpModelOfGroups ties = new CpModelOfGroups(groups);
        List<Budget> level = new ArrayList<>(budgets);
        level.add(new Budget(objective, best));
        level.forEach(b -> ties.limit(problem.measures().get(b.measure()), b.limit()));
        excluded.forEach(ties::exclude);
        List<Integer> first = groups.layers(lexicographicallyFirst(groups, ties, found));
        if (!problem.fits(first, level) || excluded.contains(first)) {
            throw new IllegalStateException("the solver's assignment does not keep the budgets: " + first);
        }
        return Optional.of(new Outcome.Optimum(first, best, best, problem.evaluate(first), new Outcome.Statistics(all, left,
                model.solves() + ties.solves(), model.branches() + ties.branches())));
    }

    private List<Pegging.Limit> limits(List<Budget> budgets) {
        List<Pegging.Limit> limits = new ArrayList<>();
        for (Budget b : budgets) {
            Measure m = problem.measures().get(b.measure());
            for (int i = 0; i < m.rows().size(); i++) {
                limits.add(new Pegging.Limit(m.rows().get(i), b.limit() - m.bases().get(i)));
            }
        }
        return limits;
    }

    /** As many groups at once as their places fit into one objective. */
    private static int[] lexicographicallyFirst(Groups groups, CpModelOfGroups model, int[] found) {
        int[] assignment = found;
        List<Integer> open = new ArrayList<>();
        long weight = 1;
        for (int g = 0; g <= groups.size(); g++) {
            int left = g == groups.size() ? 1 : groups.left(g).size();
            if (g == groups.size() || weight > LARGEST_PLACE_WEIGHT / left) {
                if (!open.isEmpty()) {
                    model.hint(assignment);
                    model.minimizePlaces(open);
                    assignment = model.solve();
                    for (int o : open) {
                        model.fix(o, assignment[o]);
                    }
                }
                open.clear();
                weight = 1;
            }
            if (left > 1) {
                open.add(g);
                weight *= left;
            }
        }
        return assignment;
    }

    /** The first smallest set of budgets without an assignment: sets are tried by size, then in the order of budgets. */
    private Outcome conflict(List<Budget> budgets) {
        for (int size = 1; size <= budgets.size(); size++) {
            for (int set = 1; set < 1 << budgets.size(); set++) {
                if (Integer.bitCount(set) != size) {
                    continue;
                }
                List<Budget> some = new ArrayList<>();
                for (int i = 0; i < budgets.size(); i++) {
                    if ((set >> i & 1) != 0) {
                        some.add(budgets.get(i));
                    }
                }
                if (!feasible(some)) {
                    return new Outcome.Infeasible(some, attainable(some));
                }
            }
        }
        throw new IllegalStateException("infeasible, but every set of budgets can be kept");
    }

    private boolean feasible(List<Budget> budgets) {
        CpModelOfGroups model = new CpModelOfGroups(Groups.of(problem));
        budgets.forEach(b -> model.limit(problem.measures().get(b.measure()), b.limit()));
        return model.solve() != null;
    }

    private List<Long> attainable(List<Budget> budgets) {
        List<Long> least = new ArrayList<>();
        for (Budget b : budgets) {
            List<Budget> others = budgets.stream().filter(o -> o != b).toList();
            Groups groups = Groups.of(problem);
            CpModelOfGroups model = new CpModelOfGroups(groups);
            others.forEach(o -> model.limit(problem.measures().get(o.measure()), o.limit()));
            model.minimize(problem.measures().get(b.measure()));
            least.add(problem.evaluate(groups.layers(model.solve())).get(b.measure()));
        }
        return least;
    }
}
