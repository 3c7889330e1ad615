package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import quantwright.compiler.search.Figure;
import quantwright.compiler.search.HardwareMatrix;
import quantwright.compiler.search.PredictionQuality;
import quantwright.compiler.search.SearchProblem;
import quantwright.compiler.search.SearchResult;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.solve.Outcome;

/** Prints what a search found: the plan, its proof, predictions beside measurements, the front. */
final class SearchReport {
    private static final int COLUMN = 20;
    private final Verb verb;
    private final SearchProblem problem;
    private final SearchResult result;

    SearchReport(Verb verb, SearchProblem problem, SearchResult result) {
        this.verb = verb;
        this.problem = problem;
        this.result = result;
    }

    void print(String model, Path folder) {
        Outcome.Optimum proof = result.certificate();
        verb.say("%s for %s: %d layers, %d choices", model, problem.costs().profile(), problem.costs().layers().size(),
                problem.costs().layers().stream().mapToInt(l -> l.choices().size()).sum());
        verb.say("  costs %s", problem.costs().source());
        verb.say("  proven optimum: objective %d, bound %d, gap %d; %d of %d alternatives left by bounds, %d branches",
                proof.objective(), proof.bound(), proof.gap(), proof.statistics().remaining(),
                proof.statistics().alternatives(), proof.statistics().branches());
        result.boundaryRule().ifPresent(rule -> verb.say("  returned uniform int8: %s", rule));
        if (!result.verified().isEmpty()) {
            verb.say("");
            verb.say("plans run, predicted / measured");
            verb.say("  %-16s %9s %9s %8s %10s %10s %10s %10s  %s", "plan", "loss", "", "drop", "latency", "", "size", "",
                    "layers");
            result.verified().forEach(this::verified);
        }
        PredictionQuality.ofLatency(result.verified()).ifPresent(q -> verb.say("  latency of %d plans predicted with a median"
                + " error of %.1f %%, rank correlation %.3f", q.plans(), 100 * q.medianError(), q.rankCorrelation()));
        verb.say("");
        verb.say("Pareto front over %s, predicted", result.axis().text());
        verb.say("  %10s %10s %10s %9s  %s", result.axis().text(), "latency", "size", "loss", "layers");
        for (Plan p : result.front()) {
            verb.say("  %10s %10s %10s %9.3g  %s", format(p, result.axis()), format(p, Figure.LATENCY),
                    format(p, Figure.SIZE), p.predicted().loss(), counts(p));
        }
        verb.say("");
        verb.say("chosen: %s -> %s", counts(result.chosen()), folder.resolve("best.plan"));
        verb.result(json());
    }

    private void verified(Plan p) {
        Measurement m = p.measured().orElseThrow();
        verb.say("  %-16s %9.3g %9.3g %6.2f %% %10s %10s %10s %10s  %s", p.name(), p.predicted().loss(), m.loss(), m.drop(),
                format(p, Figure.LATENCY), m.picoseconds() == 0 ? "-" : Figure.LATENCY.format(m.picoseconds()),
                format(p, Figure.SIZE), Figure.SIZE.format(m.bytes()), counts(p));
    }

    private static String format(Plan p, Figure figure) {
        return figure.format(p.predicted().figures().get(figure));
    }

    private static String counts(Plan p) {
        List<String> parts = new ArrayList<>();
        p.counts().forEach((precision, n) -> parts.add(n + " " + precision));
        return String.join(", ", parts);
    }

    private Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("profile", problem.costs().profile());
        json.put("chosen", json(result.chosen(), problem));
        json.put("boundaryRule", result.boundaryRule());
        json.put("keptDrop", result.keptDrop());
        Map<String, Object> proof = new LinkedHashMap<>();
        proof.put("objective", result.certificate().objective());
        proof.put("bound", result.certificate().bound());
        proof.put("gap", result.certificate().gap());
        proof.put("statistics", result.certificate().statistics());
        json.put("certificate", proof);
        json.put("verified", result.verified().stream().map(p -> json(p, problem)).toList());
        json.put("latencyPrediction", PredictionQuality.ofLatency(result.verified()));
        json.put("axis", result.axis().text());
        json.put("front", result.front().stream().map(p -> json(p, problem)).toList());
        return json;
    }

    /** Rows are plans, columns the chips they are costed on, as multiples of each chip's own best. */
    static void print(Verb verb, HardwareMatrix matrix) {
        verb.say("");
        verb.say("best plan for the row's profile on the column's, %s as a multiple of the column's own best",
                matrix.figure().text());
        StringBuilder head = new StringBuilder(" ".repeat(COLUMN));
        matrix.profiles().forEach(p -> head.append(String.format(Locale.ROOT, " %" + COLUMN + "s", p)));
        verb.say("  %s", head);
        for (int of = 0; of < matrix.profiles().size(); of++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + COLUMN + "s", matrix.profiles().get(of)));
            for (int on = 0; on < matrix.profiles().size(); on++) {
                OptionalDouble ratio = matrix.ratio(of, on);
                row.append(String.format(Locale.ROOT, " %" + COLUMN + "s", ratio.isEmpty() ? "cannot run"
                        : String.format(Locale.ROOT, "%.3f", ratio.getAsDouble())));
            }
            verb.say("  %s  %s", row, counts(matrix.best().get(of)));
            simulated(verb, matrix, of);
        }
        for (int on = 0; on < matrix.profiles().size(); on++) {
            verb.say("  %-" + COLUMN + "s own best %s, %s", matrix.profiles().get(on), matrix.figure().format(matrix.rows()
                    .get(on).get(on).orElseThrow()), matrix.sources().get(on));
        }
    }

    /** A plan by the simulators of the chips that have one, as shares of what its cost table expected. */
    private static void simulated(Verb verb, HardwareMatrix matrix, int of) {
        List<OptionalLong> row = matrix.simulated().get(of);
        if (row.stream().noneMatch(OptionalLong::isPresent)) {
            return;
        }
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-" + COLUMN + "s", "  simulated"));
        for (OptionalLong cost : row) {
            text.append(String.format(Locale.ROOT, " %" + COLUMN + "s", cost.isEmpty() ? ""
                    : matrix.figure().format(cost.getAsLong())));
        }
        verb.say("  %s", text);
    }

    static Map<String, Object> json(HardwareMatrix matrix) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("figure", matrix.figure().text());
        json.put("profiles", matrix.profiles());
        json.put("sources", matrix.sources());
        json.put("values", json(matrix.rows()));
        json.put("simulated", json(matrix.simulated()));
        return json;
    }

    private static List<Object> json(List<List<OptionalLong>> rows) {
        List<Object> json = new ArrayList<>();
        for (List<OptionalLong> values : rows) {
            List<Object> row = new ArrayList<>();
            values.forEach(v -> row.add(v.isPresent() ? v.getAsLong() : null));
            json.add(row);
        }
        return json;
    }

    /** A plan by its layers' names. */
    static Map<String, Object> json(Plan plan, SearchProblem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", plan.name());
        json.put("loss", plan.predicted().loss());
        plan.predicted().figures().forEach((f, v) -> json.put(f.name().toLowerCase(Locale.ROOT), v));
        json.put("measured", plan.measured());
        Map<String, Object> layers = new LinkedHashMap<>();
        for (int i = 0; i < plan.precisions().size(); i++) {
            layers.put(problem.costs().layers().get(i).name(), plan.precisions().get(i).text());
        }
        json.put("layers", layers);
        return json;
    }
}
