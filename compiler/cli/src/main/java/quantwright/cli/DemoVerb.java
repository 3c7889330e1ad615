package quantwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import quantwright.backend.Artifact;
import quantwright.backend.Manifest;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.PreprocessingFile;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.BitComparison;
import quantwright.compiler.evaluate.Latency;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.evaluate.PairedTest;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.TimelineListener;

/** {@code qw demo}: the tour on the built-in model, by the Java API alone. */
@Command(name = "demo", sortOptions = false,
        description = "The tour: a trained model and its data come with the program;"
            + " quantize it, compile it for this host, for bytecode, for another CPU and for an NPU, and measure"
            + " accuracy, bit-equality, latency, size and, on the NPU's simulator, cycles and energy.")
final class DemoVerb extends Verb {
    private static final List<String> FILES = List.of("glyphs.onnx", "glyphs-calibration.npz", "glyphs-test.npz");
    private static final int COMPARED = 20;
    private static final double SECONDS = 2;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR",
            description = "Keep the model, the data and the artifacts here.")
    private Path output;

    @Override
    int execute(Bars bars) throws FormatException {
        Path folder = output == null ? temporary() : output;
        try {
            unpack(folder);
            return tour(folder, bars);
        } finally {
            if (output == null) {
                delete(folder);
            }
        }
    }

    private int tour(Path folder, Bars bars) throws FormatException {
        Quantwright driver = driver();
        DiagnosticSink sink = sink();
        Map<String, Object> result = new LinkedHashMap<>();
        say("1. A trained float model: 20 kinds of hand-drawn characters, 32x32 grey pixels.");
        Model model = driver.load(folder.resolve(FILES.get(0)), ImportOptions.none(), sink);
        ModelSummary summary = ModelSummary.of(model.graph());
        say("   %s parameters, %s MACs, %d nodes after normalization", Text.count(summary.parameters()),
                Text.count(summary.macs()), summary.nodes().size());

        List<DemoTargets.Target> targets = DemoTargets.of(driver);
        HardwareProfile first = targets.getFirst().profile();
        Preprocessing steps = preprocessing();
        say("2. Quantize to int8 by %s: nothing is trained, ranges are chosen by least squared error.", FILES.get(1));
        ModelFeed calibration = feed(folder.resolve(FILES.get(1)), steps, model);
        QuantizationOptions how = QuantizationOptions.standard()
                .withArithmetic(first.quantization().roundings());
        Model integer = model.quantize(calibration, how, first, sink, bars);
        bars.close();
        say("   %d samples", calibration.size());

        say("3. Compile the int8 and the float model.");
        List<Program> programs = new ArrayList<>();
        List<Program> measured = new ArrayList<>();
        for (DemoTargets.Target t : targets) {
            Path to = folder.resolve("int8-" + t.profile().id());
            compile(integer, t.profile(), to, steps, bars);
            t.on().ifPresent(on -> programs.add(Program.of(driver, to, on, sink)));
            if (t.on().filter(On.HOST::equals).isPresent()) {
                measured.add(programs.getLast());
            }
        }
        Path real = folder.resolve("float-" + first.id());
        compile(model, first, real, steps, bars);
        programs.add(Program.of(driver, real, On.AUTO, sink));
        if (!measured.isEmpty()) {
            measured.add(programs.getLast());
        }
        showWarnings();

        ModelFeed test = feed(folder.resolve(FILES.get(2)), steps, model);
        accuracy(result, programs, test, bars);
        boolean equal = compare(result, programs, test, bars);
        latency(result, programs, measured);
        for (DemoTargets.Target t : targets) {
            if (t.on().filter(On.SIMULATOR::equals).isPresent()) {
                simulate(result, t.profile(), Artifact.open(folder.resolve("int8-" + t.profile().id())));
            }
        }
        if (output != null) {
            say("The artifacts are in %s. Try: qw inspect %s", output, output.resolve("int8-" + first.id()));
        }
        result(result);
        return equal ? OK : FAILED;
    }

    private static Preprocessing preprocessing() throws FormatException {
        return DataOptions.parse("{\"layout\": \"CHW\", \"divide\": 255}", "demo").orElseThrow();
    }

    private static ModelFeed feed(Path data, Preprocessing steps, Model model) throws FormatException {
        return new OpenedData(DataSets.open(data, Optional.empty()).set(), Optional.of(steps)).feed(model.input());
    }

    private void compile(Model model, HardwareProfile profile, Path folder, Preprocessing steps, Bars bars) {
        long start = System.nanoTime();
        Artifact artifact = model.compileFor(profile, folder, PreprocessingFile.contents(Optional.of(steps)), sink(),
                bars);
        bars.close();
        Manifest m = artifact.manifest();
        say("   %-5s %-20s %5.0f ms: code %s, constants %s, arena %s", model.isQuantized() ? "int8" : "float",
                profile.id(),
                (System.nanoTime() - start) / 1e6, Text.bytes(m.codeBytes()), Text.bytes(m.constantBytes()),
                Text.bytes(m.arenaBytes()));
    }

    private void accuracy(Map<String, Object> result, List<Program> programs, ModelFeed test, Bars bars) {
        say("4. Accuracy on %d test samples.", test.size());
        Predictions integer = Predictions.of(programs.getFirst(), test, test.size(), bars);
        Predictions real = Predictions.of(programs.getLast(), test, test.size(), bars);
        bars.close();
        Agreement agreement = Agreement.of(real, integer, Optional.of(test));
        PairedTest paired = agreement.paired().orElseThrow();
        say("   float %.2f %%, int8 %.2f %%: drop %.2f points (exact paired 95 %% interval [%.2f, %.2f])",
                real.accuracy(test, 1), integer.accuracy(test, 1), paired.drop(), paired.dropLow(), paired.dropHigh());
        say("   same answer on %.2f %% of samples, mean KL divergence %.5f nats", agreement.top1Agreement(),
                agreement.meanDivergence());
        result.put("floatTop1", real.accuracy(test, 1));
        result.put("int8Top1", integer.accuracy(test, 1));
        result.put("agreement", agreement);
    }

    private boolean compare(Map<String, Object> result, List<Program> programs, ModelFeed test, Bars bars) {
        say("5. Bit-equality of the code with the reference interpreter on %d samples, every tensor in memory.",
                COMPARED);
        boolean equal = true;
        List<Object> rows = new ArrayList<>();
        for (Program p : programs) {
            BitComparison c = BitComparison.of(p, test, COMPARED, bars);
            bars.close();
            equal &= c.equal();
            say("   %-5s %-20s %s differing bytes of %s", kind(p, programs), profileOf(p),
                    Text.count(c.differingBytes()),
                    Text.count(c.bytes()));
            rows.add(Map.of("profile", profileOf(p), "bytes", c.bytes(), "differingBytes", c.differingBytes()));
        }
        result.put("comparison", rows);
        return equal;
    }

    private void latency(Map<String, Object> result, List<Program> programs, List<Program> measured) {
        if (measured.isEmpty()) {
            say("6. No native code runs here, hence no latency.");
            return;
        }
        say("6. Latency of one inference, one thread, taking turns.");
        List<Latency> latencies = Latency.measure(measured, new Latency.Limit(20_000, SECONDS));
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            Latency l = latencies.get(i);
            say("   %-5s %-20s min %s, median %s", kind(measured.get(i), programs), profileOf(measured.get(i)),
                    Text.nanos(l.minNanos()), Text.nanos(l.medianNanos()));
            rows.add(Map.of("kind", kind(measured.get(i), programs), "profile", profileOf(measured.get(i)), "latency",
                    l));
        }
        result.put("latency", rows);
        say("   int8 is %.1f times as fast as float", latencies.getLast().minNanos() / latencies.getFirst().minNanos());
    }

    private void simulate(Map<String, Object> result, HardwareProfile profile, Artifact artifact) {
        say("7. One inference on %s, %s, simulated.", profile.id(), profile.summary());
        List<Object> rows = new ArrayList<>();
        for (quantwright.npu.isa.Program program : NpuPrograms.of(artifact)) {
            SimulationReport report = SimulationReport.of(program, profile, null, TimelineListener.NONE);
            say("   %s cycles, %s at %.0f MHz, array used to %.0f %%,"
                    + " %.2f +- %.2f uJ, %.1f mW on average",
                    Text.count(report.timing().cycles()), Text.nanos(report.timing().seconds() * 1e9),
                    report.timing().point().hertz() / 1e6, 100 * report.utilisation(), report.energy().joules() * 1e6,
                    report.energy().uncertainty() * 1e6, report.energy().averageWatts() * 1e3);
            rows.add(Map.of("profile", profile.id(), "cycles", report.timing().cycles(), "joules",
                    report.energy().joules(), "watts", report.energy().averageWatts()));
        }
        result.put("simulation", rows);
    }

    private static String kind(Program program, List<Program> programs) {
        return program == programs.getLast() ? "float" : "int8";
    }

    private static String profileOf(Program program) {
        return program.manifest().map(Manifest::profile).orElse("interpreter");
    }

    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("quantwright-demo");
            // Also when the process is ended meanwhile.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unpack(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String name : FILES) {
                try (InputStream in = DemoVerb.class.getResourceAsStream(name)) {
                    Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UserErrorException(CliDiagnostic.NOT_WRITABLE,
                    Location.file(folder), FileFault.reason(e));
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
