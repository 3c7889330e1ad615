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
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/**
 * Runs plans for real, as {@code qw compile --plan} makes them: accuracy on evaluation data, latency where this host runs
 * the profile's code, or by the simulator of the profile's machine.
 */
public final class Verifier implements PlanRunner {
    private static final double SECONDS_PER_PLAN = 0.5;
    private static final int LATENCY_RUNS = 5000;

    private final Quantwright driver;
    private final Candidates candidates;
    private final HardwareProfile profile;
    private final ModelFeed data;
    private final boolean otherData;
    private final VerifiedPlans known;
    private final Map<List<LayerPrecision>, Program> programs = new HashMap<>();
    private Predictions reference;

    /**
     * A verifier on all of some evaluation data.
     *
     * @param otherData whether the data is not what layers are tuned on
     * @param known plans that were run before, to which those that are run are added
     */
    public Verifier(Quantwright driver, Candidates candidates, HardwareProfile profile, ModelFeed data, boolean otherData,
            VerifiedPlans known) {
        this.driver = driver;
        this.candidates = candidates;
        this.profile = profile;
        this.data = data;
        this.otherData = otherData;
        this.known = known;
    }

    private Program program(Model model) {
        return Program.of(driver, model, profile, On.AUTO, new DiagnosticSink(), Progress.SILENT);
    }

    @Override
    public boolean onOtherData() {
        return otherData;
    }

    @Override
    public List<Plan> run(List<Plan> plans, Progress progress) {
        List<Plan> run = new ArrayList<>();
        for (Plan p : plans) {
            progress.update("running plans", run.size(), plans.size());
            Optional<Measurement> before = known.find(p.precisions());
            if (before.isEmpty()) {
                known.add(p.precisions(), measure(p, progress));
            }
            run.add(p.with(known.find(p.precisions()).orElseThrow()));
        }
        progress.update("running plans", plans.size(), plans.size());
        return run;
    }

    private Measurement measure(Plan plan, Progress progress) {
        if (reference == null) {
            reference = Predictions.of(program(candidates.base()), data, data.size(), progress);
        }
        Program program = program(candidates.tuned(plan.precisions(), progress));
        programs.put(plan.precisions(), program);
        Agreement agreement = Agreement.of(reference, Predictions.of(program, data, data.size(), progress),
                data.data().source().labelled() ? Optional.of(data) : Optional.empty());
        double drop = agreement.paired().map(PairedTest::drop).orElse(100 - agreement.top1Agreement());
        return new Measurement(agreement.meanDivergence(), drop, ModelSummary.of(program.graph()).parameterBytes(),
                program.manifest().map(Manifest::arenaBytes).orElse(0L));
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

    /** By the least of many turns: what a value is does not change how long it takes, so weights need not be tuned. */
    @Override
    public List<Timed> time(List<Plan> plans, Progress progress) {
        List<Timed> timed = new ArrayList<>();
        if (profile.npu().isPresent()) {
            for (Plan p : plans) {
                progress.update("simulating", timed.size(), plans.size());
                simulated(driver, candidates.model(p.precisions()), profile, Figure.LATENCY).ifPresent(t -> timed.add(
                        new Timed(p, t)));
            }
            progress.update("simulating", plans.size(), plans.size());
            return timed;
        }
        List<Program> some = new ArrayList<>();
        for (Plan p : plans) {
            progress.update("compiling plans", some.size(), plans.size());
            some.add(programs.computeIfAbsent(p.precisions(), precisions -> program(candidates.model(precisions))));
            if (!measurable(some.getLast())) {
                return List.of();
            }
        }
        progress.update("compiling plans", plans.size(), plans.size());
        List<Latency> times = Latency.measure(some, new Latency.Limit(LATENCY_RUNS, SECONDS_PER_PLAN * some.size()),
                progress);
        for (int i = 0; i < plans.size(); i++) {
            timed.add(new Timed(plans.get(i), Math.round(times.get(i).minNanos() * 1e3)));
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
