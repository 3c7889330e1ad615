package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Manifest;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.Latency;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/** Runs plans for real: accuracy on evaluation data, latency where this host runs the profile's code. */
public final class Verifier {
    private static final double SECONDS_PER_PLAN = 0.3;
    private static final int LATENCY_RUNS = 2000;

    private final Quantwright driver;
    private final Candidates candidates;
    private final HardwareProfile profile;
    private final ModelFeed data;
    private final Predictions reference;

    /** A verifier on all of some evaluation data. */
    public Verifier(Quantwright driver, Candidates candidates, HardwareProfile profile, ModelFeed data, Progress progress) {
        this.driver = driver;
        this.candidates = candidates;
        this.profile = profile;
        this.data = data;
        this.reference = Predictions.of(program(candidates.base()), data, data.size(), progress);
    }

    private Program program(Model model) {
        return Program.of(driver, model, profile, On.AUTO, new DiagnosticSink(), Progress.SILENT);
    }

    /** Plans with their measured accuracy, size and, side by side, latency. */
    public List<Plan> run(List<Plan> plans, Progress progress) {
        List<Plan> run = new ArrayList<>();
        List<Program> programs = plans.stream().map(p -> program(candidates.model(p.precisions()))).toList();
        boolean compiled = programs.stream().allMatch(p -> p.manifest().isPresent());
        List<Latency> times = compiled && !programs.isEmpty() ? Latency.measure(programs, new Latency.Limit(LATENCY_RUNS,
                SECONDS_PER_PLAN * programs.size())) : List.of();
        boolean labelled = data.data().source().labelled();
        for (int i = 0; i < plans.size(); i++) {
            Agreement agreement = Agreement.of(reference, Predictions.of(programs.get(i), data, data.size(), progress),
                    labelled ? Optional.of(data) : Optional.empty());
            double drop = agreement.paired().map(p -> p.drop()).orElse(100 - agreement.top1Agreement());
            Plan p = plans.get(i);
            run.add(new Plan(p.name(), p.assignment(), p.precisions(), p.predicted(), Optional.of(new Measurement(
                    agreement.meanDivergence(), drop, compiled ? Math.round(times.get(i).minNanos() * 1e3) : 0,
                    ModelSummary.of(programs.get(i).graph()).parameterBytes(),
                    programs.get(i).manifest().map(Manifest::arenaBytes).orElse(0L)))));
        }
        return run;
    }
}
