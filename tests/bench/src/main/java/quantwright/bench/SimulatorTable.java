package quantwright.bench;

import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.ir.data.Tensor;
import quantwright.npu.isa.Program;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.ChromeTrace;
import quantwright.simulator.FunctionalEngine;
import quantwright.simulator.Gemm;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.TimingEngine;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.npu.NpuRun;

/**
 * How fast the simulator is, warm, one thread: SCALE-Sim's 108 rows, and ResNet50 at 224x224 on the 128x128 array. Argument:
 * {@code [--rounds N]}.
 */
public final class SimulatorTable {
    private static final String PROFILE = "npu-systolic-128x128";

    private SimulatorTable() {
    }

    /** Prints a Markdown table. */
    public static void main(String[] args) throws Exception {
        int rounds = (int) new Arguments(args, "rounds").number("rounds", 9);
        System.out.println("Seconds, one thread, warm: best and median of " + rounds + " rounds after two.\n");
        System.out.println("| what | engine | instructions | best | median | result |");
        System.out.println("|---|---|---:|---:|---:|---|");
        List<Gemm.Row> rows = Gemm.Row.read(ModelCatalogue.root().resolve("reference/scalesim-gemm.csv"));
        long instructions = rows.stream().mapToLong(r -> r.gemm().program().size()).sum();
        row("SCALE-Sim's " + rows.size() + " rows, programs built too", "event-driven", instructions, rounds, () ->
                rows.stream().filter(r -> r.agrees(r.gemm().cycles())).count() + " of " + rows.size() + " rows equal");
        resnet(rounds);
    }

    private static void resnet(int rounds) throws Exception {
        Quantwright driver = Quantwright.discover();
        HardwareProfile profile = driver.profiles().find(PROFILE);
        IntegerModels models = new IntegerModels(driver, ModelCatalogue.load().get("light-resnet50"));
        Model model = models.of(profile);
        CompiledModel compiled = model.compile(profile, Progress.SILENT);
        List<Program> programs = NpuRun.programs(compiled);
        long instructions = programs.stream().mapToLong(Program::size).sum();
        String what = "ResNet50 224, " + PROFILE + ": ";
        row(what + "time", "event-driven", instructions, rounds, () -> {
            long cycles = 0;
            for (Program p : programs) {
                cycles += TimingEngine.time(p, profile.npu().orElseThrow(), profile.npu().orElseThrow().nominal(),
                        TimelineListener.NONE).cycles();
            }
            return String.format(Locale.ROOT, "%,d cycles", cycles);
        });
        row(what + "outputs, time, energy, trace", "functional, then event-driven", instructions, rounds, () ->
                everything(programs, profile));
        NpuRun run = NpuRun.of(model, profile);
        List<Tensor> sample = models.sample();
        NpuRun.Expected expected = NpuRun.Expected.of(model, sample);
        row(what + "every map against the interpreter's", "functional", instructions, rounds, () -> {
            NpuRun.Comparison c = run.compare(sample, expected);
            return c.differing() + " of the bytes of " + c.maps() + " maps differ";
        });
    }

    private static String everything(List<Program> programs, HardwareProfile profile) {
        double joules = 0;
        long events = 0;
        for (Program p : programs) {
            List<byte[]> inputs = p.segments().stream().filter(s -> s.kind() == quantwright.npu.isa.Segment.Kind.INPUT)
                    .map(s -> new byte[Math.toIntExact(s.size())]).toList();
            FunctionalEngine.run(p, inputs);
            StringWriter timeline = new StringWriter();
            try (ChromeTrace trace = new ChromeTrace(timeline, p, profile.npu().orElseThrow().nominal().hertz())) {
                joules += SimulationReport.of(p, profile, null, trace).energy().joules();
            }
            events += timeline.toString().lines().count();
        }
        return String.format(Locale.ROOT, "%.1f uJ, %,d lines of trace", 1e6 * joules, events);
    }

    private static void row(String what, String engine, long instructions, int rounds, Callable<String> action)
            throws Exception {
        String result = "";
        double[] seconds = new double[rounds];
        for (int i = -2; i < rounds; i++) {
            long start = System.nanoTime();
            result = action.call();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        System.out.printf(Locale.ROOT, "| %s | %s | %,d | %.3f | %.3f | %s |%n", what, engine, instructions, seconds[0],
                seconds[rounds / 2], result);
    }
}
