package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import quantwright.compiler.search.Figure;
import quantwright.compiler.search.LossRepair;
import quantwright.compiler.search.PredictionQuality;
import quantwright.compiler.search.PriceTag;
import quantwright.compiler.search.SearchProblem;
import quantwright.compiler.search.SearchResult;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;
import quantwright.compiler.search.solve.Outcome;

/** Prints what a search found: the plan, its proof, predictions beside measurements, the front. */
final class SearchReport {
    private final Verb verb;
    private final SearchProblem problem;
    private final SearchResult result;

    SearchReport(Verb verb, SearchResult result) {
        this.verb = verb;
        this.problem = result.problem();
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
            verb.say("  %-20s %9s %9s %8s %10s %10s %10s %10s  %s", "plan", "loss", "", "drop", "latency", "", "size", "",
                    "layers");
            result.verified().forEach(this::verified);
            repairs();
            latencies();
        }
        verb.say("");
        verb.say("Pareto front over %s, predicted", result.axis().text());
        verb.say("  %10s %10s %10s %9s  %s", result.axis().text(), "latency", "size", "loss", "layers");
        for (Plan p : result.front()) {
            verb.say("  %10s %10s %10s %9.3g  %s", format(p, result.axis()), format(p, Figure.LATENCY),
                    format(p, Figure.SIZE), p.predicted().loss(), counts(p));
        }
        verb.say("");
        verb.say("what each layer of the chosen plan costs; loss in nats and as a share of all");
        List<PriceTag> tags = PriceTag.of(problem.costs(), problem.losses(), result.chosen().precisions());
        PriceTable.print(verb, tags);
        verb.say("");
        verb.say("chosen: %s -> %s", counts(result.chosen()), folder.resolve("best.plan"));
        verb.result(json());
    }

    private void verified(Plan p) {
        Measurement m = p.measured().orElseThrow();
        verb.say("  %-20s %9.3g %9.3g %6.2f %% %10s %10s %10s %10s  %s", p.name(), p.predicted().loss(), m.loss(), m.drop(),
                format(p, Figure.LATENCY), time(p), format(p, Figure.SIZE), Figure.SIZE.format(m.bytes()), counts(p));
    }

    private String time(Plan p) {
        return result.timed().stream().filter(t -> t.plan().assignment().equals(p.assignment())).findFirst()
                .map(t -> Figure.LATENCY.format(t.picoseconds())).orElse("-");
    }

    /** How the losses were repaired, and how well the repaired ones foretold plans that were run after. */
    private void repairs() {
        for (LossRepair r : result.repairs()) {
            List<String> factors = new ArrayList<>();
            r.factors().forEach((precision, f) -> factors.add(String.format(Locale.ROOT, "%s x%.2f", precision, f)));
            verb.say("  losses repaired by %d plans: %s; median error of their losses %.0f %%, as repaired %.0f %%", r.plans(),
                    String.join(", ", factors), 100 * r.errorBefore(), 100 * r.errorAfter());
        }
        PredictionQuality.ofLoss(result.sinceRepair()).ifPresent(q -> verb.say("  losses of %d plans run since predicted with"
                + " a median error of %.0f %%, rank correlation %.3f", q.plans(), 100 * q.medianError(),
                q.rankCorrelation()));
    }

    private void latencies() {
        for (Timed t : result.timed()) {
            if (t.plan().measured().isEmpty()) {
                verb.say("  %-20s %9.3g %9s %8s %10s %10s %10s %10s  %s", t.plan().name(), t.plan().predicted().loss(), "-",
                        "-", format(t.plan(), Figure.LATENCY), Figure.LATENCY.format(t.picoseconds()), format(t.plan(),
                        Figure.SIZE), "-", counts(t.plan()));
            }
        }
        latency("plans", result.timed());
        latency("integer plans", result.timedIntegers());
    }

    private void latency(String what, List<Timed> plans) {
        PredictionQuality.ofLatency(plans).ifPresent(q -> verb.say("  latency of %d %s predicted with a median error of %.1f"
                + " %%, rank correlation %.3f", q.plans(), what, 100 * q.medianError(), q.rankCorrelation()));
    }

    private static String format(Plan p, Figure figure) {
        return figure.format(p.predicted().figures().get(figure));
    }

    static String counts(Plan p) {
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
        json.put("repairs", result.repairs());
        json.put("lossPredictionSince", PredictionQuality.ofLoss(result.sinceRepair()));
        json.put("timed", result.timed().stream().map(t -> timed(t, problem)).toList());
        json.put("latencyPrediction", PredictionQuality.ofLatency(result.timed()));
        json.put("latencyPredictionOfIntegers", PredictionQuality.ofLatency(result.timedIntegers()));
        json.put("prices", PriceTag.of(problem.costs(), problem.losses(), result.chosen().precisions()));
        json.put("axis", result.axis().text());
        json.put("front", result.front().stream().map(p -> json(p, problem)).toList());
        return json;
    }

    private static Map<String, Object> timed(Timed timed, SearchProblem problem) {
        Map<String, Object> json = json(timed.plan(), problem);
        json.put("measuredPicoseconds", timed.picoseconds());
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
