package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.Latency;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.evaluate.PairedTest;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/**
 * Runs plans for real, as {@code qw compile --plan} makes them: accuracy on
 * evaluation data, latency where this host runs the profile's code.
 */
public final class Verifier {
    private static final double SECONDS_PER_PLAN = 0.3;
    private static final int LATENCY_RUNS = 2000;

    private final Quantwright driver;
    private final Candidates candidates;
    private final HardwareProfile profile;
    private final ModelFeed data;
    private final Predictions reference;
    private final Map<List<Integer>, Program> programs = new HashMap<>();

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

    /** Plans with their measured accuracy, size and arena. */
    public List<Plan> run(List<Plan> plans, Progress progress) {
        List<Plan> run = new ArrayList<>();
        boolean labelled = data.data().source().labelled();
        for (Plan p : plans) {
            Program program = program(candidates.tuned(p.precisions(), progress));
            programs.put(p.assignment(), program);
            Agreement agreement = Agreement.of(reference, Predictions.of(program, data, data.size(), progress),
                    labelled ? Optional.of(data) : Optional.empty());
            double drop = agreement.paired().map(PairedTest::drop).orElse(100 - agreement.top1Agreement());
            run.add(p.with(new Measurement(agreement.meanDivergence(), drop, 0,
                    ModelSummary.of(program.graph()).parameterBytes(),
                    program.manifest().map(Manifest::arenaBytes).orElse(0L))));
        }
        return run;
    }

    /**
     * A figure of a model by the simulator of a profile's machine; empty if it has none or the figure is neither time nor
     * energy.
     */
    public static OptionalLong simulated(Quantwright driver, Model model, HardwareProfile profile, Figure figure) {
        if (figure != Figure.LATENCY && figure != Figure.ENERGY) {
            return OptionalLong.empty();
        }
        return driver.simulatedCost(model, profile).map(c -> OptionalLong.of(Math.round(figure == Figure.LATENCY
                ? c.seconds() * 1e12 : c.joules() * 1e15))).orElse(OptionalLong.empty());
    }

    private Plan simulated(Plan plan) {
        OptionalLong time = simulated(driver, candidates.model(plan.precisions()), profile, Figure.LATENCY);
        return time.isEmpty() ? plan : plan.with(plan.measured().orElseThrow().withLatency(time.getAsLong()));
    }

    /**
     * Plans that were run, with their latency: all measured side by side where this host runs the profile's code, by the
     * simulator where the profile's machine has one, else as they are.
     */
    public List<Plan> time(List<Plan> plans) {
        if (profile.npu().isPresent()) {
            return plans.stream().map(this::simulated).toList();
        }
        List<Program> some = plans.stream().map(p -> programs.get(p.assignment())).toList();
        if (some.isEmpty() || !some.stream().allMatch(Verifier::measurable)) {
            return plans;
        }
        List<Latency> times = Latency.measure(some, new Latency.Limit(LATENCY_RUNS, SECONDS_PER_PLAN * some.size()));
        List<Plan> timed = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            timed.add(plans.get(i).with(plans.get(i).measured().orElseThrow().withLatency(Math.round(
                    times.get(i).minNanos() * 1e3))));
        }
        return timed;
    }

    /** Whether native code runs here, rather than an interpreter or a simulator. */
    private static boolean measurable(Program program) {
        try (Executor executor = program.open()) {
            return executor.bind().isPresent();
        }
    }
}
