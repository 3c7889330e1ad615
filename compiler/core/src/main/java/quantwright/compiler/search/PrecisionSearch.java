package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchProblem.Prediction;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.solve.Budget;
import quantwright.compiler.search.solve.ExactSolver;
import quantwright.compiler.search.solve.Outcome;
import quantwright.compiler.search.solve.SolverUnavailable;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * Finds the plan: solves the assignment exactly for the measured costs and losses, runs the best assignments, repairs the
 * estimate of accuracy by what came out, and solves again where the repaired estimate changes the answer. A plan that is
 * predicted neither faster nor smaller than uniform int8 gives way to it.
 *
 * <p>The drop in accuracy is estimated as proportional to the loss. The factor comes from the plans that were run, the
 * least that would have predicted none of their drops too low.
 */
public final class PrecisionSearch {
    private static final int REPAIRS = 4;
    /** Points of accuracy for one nat of divergence, before anything is measured. */
    private static final double FIRST_FACTOR = 100;

    private final SearchProblem problem;
    private final SearchOptions options;
    private final Optional<Verifier> verifier;
    private final ExactSolver solver;
    private final Map<List<Integer>, Plan> verified = new TreeMap<>(PrecisionSearch::compare);
    private final List<Plan> tried = new ArrayList<>();

    /**
     * A search over two tables.
     *
     * @param verifier runs plans; without it, predictions stand
     */
    public PrecisionSearch(SearchProblem problem, SearchOptions options, Optional<Verifier> verifier) {
        this.problem = problem;
        this.options = options;
        this.verifier = verifier;
        this.solver = new ExactSolver(problem.assignment());
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        for (int i = 0; i < a.size(); i++) {
            int c = Integer.compare(a.get(i), b.get(i));
            if (c != 0) {
                return c;
            }
        }
        return 0;
    }

    /**
     * Searches.
     *
     * @throws UserErrorException with a smallest set of conflicting budgets if no plan is within them, or if the solver
     *     cannot be used here
     */
    public SearchResult run(Progress progress) {
        boolean energy = options.budgets().limits().containsKey(Figure.ENERGY)
                || options.objective().equals(Optional.of(Figure.ENERGY));
        if (energy && !problem.costs().energy()) {
            throw new UserErrorException(SearchDiagnostic.NO_ENERGY, Location.UNKNOWN, "profile "
                    + problem.costs().profile());
        }
        try {
            return search(progress);
        } catch (SolverUnavailable e) {
            throw new UserErrorException(SearchDiagnostic.NO_SOLVER, Location.UNKNOWN, e.getMessage());
        }
    }

    private SearchResult search(Progress progress) {
        Plan int8 = plan("uniform w8a8", problem.uniform(LayerPrecision.W8A8));
        verify(List.of(int8), progress);
        Outcome.Optimum first = null;
        List<Plan> candidates = List.of();
        for (int round = 0; round < REPAIRS; round++) {
            List<Outcome.Optimum> best = solve();
            first = first == null ? best.getFirst() : first;
            List<Plan> plans = new ArrayList<>();
            for (int i = 0; i < best.size(); i++) {
                plans.add(plan(i == 0 ? "optimum" : "runner-up " + i, best.get(i).assignment()));
            }
            double factor = factor();
            candidates = verify(plans, progress);
            boolean lossIsBounded = options.objective().isPresent();
            if (!lossIsBounded || factor() == factor || candidates.stream().anyMatch(this::keepsDrop)) {
                break;
            }
        }
        Plan chosen = choose(candidates);
        Optional<String> rule = boundaryRule(chosen, int8);
        if (rule.isPresent()) {
            chosen = latest(int8);
        }
        Figure axis = axis();
        List<Plan> front = options.verifyFront() ? verify(front(axis), progress) : front(axis);
        if (options.verifyFront()) {
            verify(uniform(), progress);
        }
        verifier.ifPresent(v -> v.time(List.copyOf(tried)).forEach(this::replace));
        return new SearchResult(latest(chosen), rule, first, tried, front.stream().map(this::latest).toList(), axis,
                keepsDrop(chosen));
    }

    /** Every precision that all layers can have. */
    private List<Plan> uniform() {
        return options.precisions().stream().filter(p -> problem.precisions(problem.uniform(p)).stream().allMatch(p::equals))
                .map(p -> plan("uniform " + p.text(), problem.uniform(p))).toList();
    }

    private Plan plan(String name, List<Integer> assignment) {
        return new Plan(name, assignment, problem.precisions(assignment), problem.predict(assignment), Optional.empty());
    }

    /** Runs what was not run yet; gives the plans with what was measured, if there is a verifier. */
    private List<Plan> verify(List<Plan> plans, Progress progress) {
        if (verifier.isEmpty()) {
            return plans;
        }
        List<Plan> missing = plans.stream().filter(p -> !verified.containsKey(p.assignment())).toList();
        for (Plan p : verifier.get().run(missing, progress)) {
            verified.put(p.assignment(), p);
            tried.add(p);
        }
        return plans.stream().map(p -> verified.get(p.assignment())).toList();
    }

    private void replace(Plan timed) {
        verified.put(timed.assignment(), timed);
        tried.replaceAll(p -> p.assignment().equals(timed.assignment()) ? timed : p);
    }

    private Plan latest(Plan plan) {
        return verified.getOrDefault(plan.assignment(), plan);
    }

    private List<Outcome.Optimum> solve() {
        List<Budget> budgets = budgets();
        int objective = options.objective().map(problem::measure).orElse(problem.lossMeasure());
        Outcome outcome = solver.minimize(objective, budgets);
        if (outcome instanceof Outcome.Infeasible none) {
            throw conflict(none);
        }
        return solver.best(objective, budgets, Math.max(1, verifier.isPresent() ? options.verify() : 1));
    }

    private List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        if (options.budgets().drop().isPresent() && (options.objective().isPresent() || verifier.isEmpty())) {
            budgets.add(new Budget(problem.lossMeasure(), (long) Math.floor(options.budgets().drop().getAsDouble() / factor()
                    / SearchProblem.LOSS_UNIT)));
        }
        options.budgets().limits().forEach((figure, limit) -> budgets.add(new Budget(problem.measure(figure), limit)));
        return budgets;
    }

    /** Points of drop for a unit of predicted loss. */
    private double factor() {
        double factor = 0;
        for (Plan p : tried) {
            Measurement m = p.measured().orElseThrow();
            if (m.drop() > 0 && p.predicted().loss() > 0) {
                factor = Math.max(factor, m.drop() / p.predicted().loss());
            }
        }
        return factor > 0 ? factor : FIRST_FACTOR;
    }

    private UserErrorException conflict(Outcome.Infeasible none) {
        List<Diagnostic> diagnostics = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < none.conflict().size(); i++) {
            Budget b = none.conflict().get(i);
            String others = none.conflict().size() == 1 ? "" : " while the other" + (none.conflict().size() > 2 ? "s hold"
                    : " holds");
            if (b.measure() == problem.lossMeasure()) {
                parts.add("drop<=" + options.budgets().drop().orElseThrow() + "%");
                notes.add(String.format(java.util.Locale.ROOT, "the least drop attainable%s is about %.2f %%", others,
                        none.attainable().get(i) * SearchProblem.LOSS_UNIT * factor()));
            } else {
                Figure figure = Figure.values()[b.measure() - 1];
                parts.add(figure.text() + "<=" + figure.format(b.limit()));
                notes.add("the least " + figure.text() + " attainable" + others + " is "
                        + figure.format(none.attainable().get(i)));
            }
        }
        diagnostics.add(new Diagnostic(SearchDiagnostic.CONFLICT, Location.UNKNOWN, String.join(", ", parts)
                + (parts.size() == 1 ? " is not attainable on " : " cannot hold together on ") + problem.costs().profile(),
                notes));
        return new UserErrorException(diagnostics);
    }

    private boolean keepsDrop(Plan plan) {
        return options.budgets().drop().isEmpty() || plan.measured().map(m -> m.drop()
                <= options.budgets().drop().getAsDouble()).orElse(true);
    }

    /** Of the best by estimate: with the loss to minimize, the least measured loss; else the first that keeps the drop. */
    private Plan choose(List<Plan> candidates) {
        if (options.objective().isPresent()) {
            return candidates.stream().filter(this::keepsDrop).findFirst().orElse(candidates.getFirst());
        }
        Plan best = candidates.getFirst();
        for (Plan p : candidates) {
            if (p.measured().isPresent() && p.measured().get().loss() < best.measured().orElseThrow().loss()) {
                best = p;
            }
        }
        return best;
    }

    /** Why int8 is better, if it is: it must be within the budgets, and the plan neither faster nor smaller. */
    private Optional<String> boundaryRule(Plan chosen, Plan int8) {
        Prediction mixed = chosen.predicted();
        Prediction simple = int8.predicted();
        boolean within = options.budgets().limits().entrySet().stream().allMatch(e -> simple.figures().get(e.getKey())
                <= e.getValue());
        boolean faster = mixed.figures().get(Figure.LATENCY) < simple.figures().get(Figure.LATENCY);
        boolean smaller = mixed.figures().get(Figure.SIZE) < simple.figures().get(Figure.SIZE);
        if (!within || faster || smaller || chosen.assignment().equals(int8.assignment())) {
            return Optional.empty();
        }
        return Optional.of("the mixed plan is predicted neither faster (" + Figure.LATENCY.format(mixed.figures().get(
                Figure.LATENCY)) + ") nor smaller (" + Figure.SIZE.format(mixed.figures().get(Figure.SIZE))
                + ") than uniform int8 (" + Figure.LATENCY.format(simple.figures().get(Figure.LATENCY)) + ", "
                + Figure.SIZE.format(simple.figures().get(Figure.SIZE)) + ") on " + problem.costs().profile());
    }

    private Figure axis() {
        return options.objective().orElseGet(() -> options.budgets().limits().keySet().stream().findFirst()
                .orElse(Figure.SIZE));
    }

    /** Least loss at limits of one figure, evenly spaced between its least value and that of the least loss. */
    private List<Plan> front(Figure axis) {
        int measure = problem.measure(axis);
        long low = optimum(measure, List.of()).objective();
        long high = optimum(problem.lossMeasure(), List.of()).measures().get(measure);
        List<Plan> front = new ArrayList<>();
        for (int i = 0; i < options.frontPoints(); i++) {
            long limit = low + (high - low) / Math.max(1, options.frontPoints() - 1) * i + (i == options.frontPoints() - 1
                    ? (high - low) % Math.max(1, options.frontPoints() - 1) : 0);
            Outcome.Optimum best = optimum(problem.lossMeasure(), List.of(new Budget(measure, limit)));
            Plan plan = plan("front " + (i + 1), best.assignment());
            if (front.stream().noneMatch(p -> p.assignment().equals(plan.assignment()))) {
                front.add(latest(plan));
            }
        }
        return front;
    }

    private Outcome.Optimum optimum(int objective, List<Budget> budgets) {
        if (solver.minimize(objective, budgets) instanceof Outcome.Optimum found) {
            return found;
        }
        throw new IllegalStateException("a limit that was attained is not attainable: " + budgets);
    }
}
