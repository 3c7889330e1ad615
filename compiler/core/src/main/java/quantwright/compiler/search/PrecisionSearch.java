package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchProblem.Prediction;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;
import quantwright.compiler.search.solve.Budget;
import quantwright.compiler.search.solve.ExactSolver;
import quantwright.compiler.search.solve.Outcome;
import quantwright.compiler.search.solve.SolverUnavailable;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * Finds the plan: solves the assignment exactly for the measured costs and losses, runs the best assignments, repairs the
 * estimate by what came out, and solves again, until the optimum is a plan that was run. A plan that is predicted neither
 * faster nor smaller than uniform int8 gives way to it.
 *
 * <p>Losses are repaired by a factor for each precision, {@link LossRepair}. The drop in accuracy is estimated as
 * proportional to the loss. That factor too comes from the plans that were run, the least that would have predicted none of
 * their drops too low.
 */
public final class PrecisionSearch {
    private static final int REPAIRS = 4;
    /** Points of accuracy for one nat of divergence, before anything is measured. */
    private static final double FIRST_FACTOR = 100;

    private final SearchProblem measured;
    private final SearchOptions options;
    private final Optional<? extends PlanRunner> runner;
    private final List<Plan> tried = new ArrayList<>();
    private final List<LossRepair> repairs = new ArrayList<>();
    private SearchProblem problem;
    private ExactSolver solver;

    /**
     * A search over two tables.
     *
     * @param runner runs plans; without it, predictions stand
     */
    public PrecisionSearch(SearchProblem problem, SearchOptions options, Optional<? extends PlanRunner> runner) {
        this.measured = problem;
        this.problem = problem;
        this.options = options;
        this.runner = runner;
        this.solver = new ExactSolver(problem.assignment());
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
        requireLimits();
        Plan int8 = plan("uniform w8a8", problem.uniform(LayerPrecision.W8A8));
        run(List.of(int8), progress);
        List<Outcome.Optimum> best = solve(runner.isPresent() ? Math.max(1, options.verify()) : 1);
        Outcome.Optimum optimum = best.getFirst();
        run(named(best, ""), progress);
        for (int round = 1; round <= REPAIRS && repair(); round++) {
            Outcome again = minimize();
            if (!(again instanceof Outcome.Optimum next)) {
                // The budgets were thought attainable until the drop was measured; what was run has to do.
                break;
            }
            optimum = next;
            if (find(next.assignment()).isPresent()) {
                break;
            }
            run(named(List.of(next), ", repair " + round), progress);
        }
        Plan chosen = choose(plan("optimum", optimum.assignment()));
        Optional<String> rule = boundaryRule(chosen, latest(int8));
        if (rule.isPresent()) {
            chosen = latest(int8);
        }
        Figure axis = axis();
        List<Plan> front = front(axis);
        if (options.verifyFront()) {
            run(front, progress);
            run(uniform(), progress);
        }
        List<Timed> timed = runner.map(r -> r.time(toTime(), progress)).orElse(List.of());
        return new SearchResult(problem, latest(chosen), rule, optimum, tried, repairs, timed, front.stream().map(this::latest)
                .toList(), axis, keepsDrop(latest(chosen)));
    }

    private List<Plan> named(List<Outcome.Optimum> best, String round) {
        List<Plan> plans = new ArrayList<>();
        for (int i = 0; i < best.size(); i++) {
            plans.add(plan((i == 0 ? "optimum" : "runner-up " + i) + round, best.get(i).assignment()));
        }
        return plans;
    }

    /** Every precision that all layers can have. */
    private List<Plan> uniform() {
        return options.precisions().stream().filter(p -> problem.precisions(problem.uniform(p)).stream().allMatch(p::equals))
                .map(p -> plan("uniform " + p.text(), problem.uniform(p))).toList();
    }

    /** Plans that were run, and where a front is run integer plans that are as unlike in latency as there are. */
    private List<Plan> toTime() {
        List<Plan> plans = new ArrayList<>(tried);
        if (options.verifyFront()) {
            int n = 0;
            for (List<Integer> a : SpreadPlans.of(problem, options.frontPoints())) {
                plans.add(plan("spread " + ++n, a));
            }
        }
        return plans;
    }

    private Plan plan(String name, List<Integer> assignment) {
        return new Plan(name, assignment, problem.precisions(assignment), problem.predict(assignment), Optional.empty());
    }

    /** Runs what was not run yet, if there is what runs it. */
    private void run(List<Plan> plans, Progress progress) {
        if (runner.isPresent()) {
            tried.addAll(runner.get().run(plans.stream().filter(p -> find(p.assignment()).isEmpty()).toList(), progress));
        }
    }

    private Optional<Plan> find(List<Integer> assignment) {
        return tried.stream().filter(p -> p.assignment().equals(assignment)).findFirst();
    }

    /** A plan with what running it gave, if it was run. */
    private Plan latest(Plan plan) {
        return find(plan.assignment()).flatMap(Plan::measured).map(plan::with).orElse(plan);
    }

    /** Brings losses in line with what was run; whether an estimate has changed. */
    private boolean repair() {
        if (runner.isEmpty()) {
            return false;
        }
        Optional<LossRepair> repair = runner.get().onOtherData() ? LossRepair.of(measured, tried) : Optional.empty();
        repair.ifPresent(r -> {
            repairs.add(r);
            problem = new SearchProblem(measured.costs(), r.applied(measured.losses()));
            solver = new ExactSolver(problem.assignment());
        });
        return repair.isPresent() || options.objective().isPresent();
    }

    private int objective() {
        return options.objective().map(problem::measure).orElse(problem.lossMeasure());
    }

    private Outcome minimize() {
        return solver.minimize(objective(), budgets());
    }

    private List<Outcome.Optimum> solve(int count) {
        List<Outcome.Optimum> best = solver.best(objective(), budgets(), count);
        if (best.isEmpty() && minimize() instanceof Outcome.Infeasible none) {
            throw conflict(none);
        }
        return best;
    }

    /** Before anything is run: whatever the accuracy, the other budgets must be attainable. */
    private void requireLimits() {
        if (solver.minimize(problem.lossMeasure(), limits()) instanceof Outcome.Infeasible none) {
            throw conflict(none);
        }
    }

    private List<Budget> limits() {
        return options.budgets().limits().entrySet().stream().map(e -> new Budget(problem.measure(e.getKey()), e.getValue()))
                .toList();
    }

    private List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        if (options.budgets().drop().isPresent() && (options.objective().isPresent() || runner.isEmpty())) {
            budgets.add(new Budget(problem.lossMeasure(), (long) Math.floor(options.budgets().drop().getAsDouble() / factor()
                    / SearchProblem.LOSS_UNIT)));
        }
        budgets.addAll(limits());
        return budgets;
    }

    /** Points of drop for a unit of predicted loss. */
    private double factor() {
        double factor = 0;
        for (Plan p : tried) {
            Measurement m = p.measured().orElseThrow();
            double expected = problem.predict(p.assignment()).loss();
            if (m.drop() > 0 && expected > 0) {
                factor = Math.max(factor, m.drop() / expected);
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

    private boolean keepsLimits(Plan plan) {
        return options.budgets().limits().entrySet().stream().allMatch(e -> plan.predicted().figures().get(e.getKey())
                <= e.getValue());
    }

    /** Of the plans that were run and keep the budgets the best; the optimum by estimate if there are none. */
    private Plan choose(Plan optimum) {
        Comparator<Plan> order = options.objective().map(f -> Comparator.<Plan>comparingLong(p -> p.predicted().figures()
                .get(f))).orElse(Comparator.comparingDouble(p -> p.measured().orElseThrow().loss()));
        return tried.stream().filter(p -> keepsLimits(p) && keepsDrop(p)).min(order).orElse(latest(optimum));
    }

    /** Why int8 is better, if it is: it must keep the budgets, and the plan be neither faster nor smaller. */
    private Optional<String> boundaryRule(Plan chosen, Plan int8) {
        Prediction mixed = chosen.predicted();
        Prediction simple = int8.predicted();
        boolean within = keepsLimits(int8) && keepsDrop(int8);
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
                front.add(plan);
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
