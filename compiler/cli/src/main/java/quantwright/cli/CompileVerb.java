package quantwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Artifact;
import quantwright.backend.Deliverable;
import quantwright.backend.Manifest;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Phase;
import quantwright.compiler.driver.PreprocessingFile;
import quantwright.compiler.driver.QirFiles;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Graph;
import quantwright.profiles.HardwareProfile;

/** {@code qw compile}. */
@Command(name = "compile", sortOptions = false,
        description = "Compiles a model for a chip into an artifact folder;"
            + " with --calibrate, quantizes it to int8 first.",
        footer = {"", "Example: qw compile model.onnx --profile x86-avx512-vnni --calibrate samples.npz \\",
            "           --preprocess '{\"layout\": \"CHW\", \"divide\": 255}' -o out"})
final class CompileVerb extends Verb {
    @Parameters(paramLabel = "MODEL", description = "An .onnx, .tflite or .qir file.")
    private Path file;
    @Option(names = "--profile", paramLabel = "P",
            description = "Profile by id or .qhw file; default: the best for this host.")
    private String profileName;
    @Option(names = "--calibrate", paramLabel = "DATA",
            description = "Quantize by these samples: .npz, .npy, IDX, image folder,"
            + " or .json manifest.")
    private Path data;
    @Option(names = "--plan", paramLabel = "F",
            description = "Give each layer the precision that this plan file says; qw search makes one.")
    private Path planFile;
    @Option(names = "--samples", paramLabel = "N", description = "Calibrate on the first N samples.")
    private Integer samples;
    @Option(names = {"-o", "--output"}, paramLabel = "DIR",
            description = "The artifact folder to write, or a .jar for a profile of the JVM; with --to,"
            + " a .qir file.")
    private Path output;
    @Option(names = "--name", paramLabel = "NAME",
            description = "Prefix of the C symbols; default: the model file's name.")
    private String name;
    @Option(names = "--emit", paramLabel = "LIST", split = ",",
            description = "Write files to link instead of an artifact: object, header, static, shared, cmake, example.")
    private List<Deliverable> deliverables = List.of();
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private QuantizeOptions quantizeOptions;
    @Mixin
    private ModelOptions modelOptions;
    @Option(names = "--host-class", paramLabel = "NAME",
            description = "Add a jar with a Java class of this name that calls the native code.")
    private String hostClass;
    @Option(names = "--to", paramLabel = "PHASE",
            description = "Stop after import, normalize, quantize or tile and print the graph.")
    private Phase to;
    @Option(names = "--from", paramLabel = "PHASE",
            description = "MODEL is a .qir that normalize or quantize gave; go on from there.")
    private Phase from;
    @Option(names = "--dump-phases", paramLabel = "DIR",
            description = "Write the graph after each phase into this folder.")
    private Path dumps;

    @Override
    int execute(Bars bars) throws FormatException {
        long start = System.nanoTime();
        check();
        setLog(new PhaseLog(Optional.ofNullable(dumps)));
        Quantwright driver = driver();
        if (to == Phase.IMPORT) {
            return finish(driver.importOnly(file, modelOptions.importOptions(), sink()));
        }
        if (to == null && !isJar()) {
            Artifact.requireReplaceable(output);
        }
        HardwareProfile profile = profile(driver, profileName);
        Model model = from == null ? modelOptions.load(driver, file, sink()) : driver.resume(file, sink());
        if (name != null) {
            model = model.named(name);
        }
        if (to == Phase.NORMALIZE) {
            return finish(model.graph());
        }
        Optional<Preprocessing> steps = dataOptions.stated();
        if (data != null) {
            OpenedData opened = DataOptions.open(data, model.input(), steps, Optional.empty());
            steps = opened.preprocessing();
            model = quantize(model, opened, profile, bars);
        }
        showWarnings();
        if (to == Phase.QUANTIZE) {
            return finish(model.graph());
        }
        if (to == Phase.TILE) {
            return finish(model.compile(profile, log().timing(bars)).tile());
        }
        long before = System.nanoTime();
        if (isJar()) {
            Manifest manifest = model.compileToJar(profile, output, log().timing(bars)).manifest();
            log().add("compile and write", System.nanoTime() - before);
            bars.close();
            report(model, manifest, System.nanoTime() - start);
            say("  class model.%s", manifest.symbol());
            return OK;
        }
        if (!deliverables.isEmpty()) {
            Artifact files = model.deliverFor(profile, output, EnumSet.copyOf(deliverables), log().timing(bars));
            log().add("compile and write", System.nanoTime() - before);
            bars.close();
            showWarnings();
            report(model, files.manifest(), System.nanoTime() - start);
            return OK;
        }
        Map<String, byte[]> extra = PreprocessingFile.contents(steps);
        Artifact artifact = model.compileFor(profile, output, compiled -> HostClassFile.added(extra, hostClass,
                compiled), sink(), log().timing(bars));
        log().add("compile and write", System.nanoTime() - before);
        bars.close();
        showWarnings();
        load(driver, artifact);
        report(model, artifact.manifest(), System.nanoTime() - start);
        return OK;
    }

    /** Whether one file is asked for, not a folder. */
    private boolean isJar() {
        return output != null && to == null && output.toString().endsWith(".jar");
    }

    private void check() {
        if (output == null && (to == null || to == Phase.EMIT)) {
            throw conflict("nowhere to write to: give -o DIR");
        }
        if (to == Phase.EMIT) {
            to = null;
        }
        if (data == null && (quantizeOptions.given() || samples != null || planFile != null)) {
            throw conflict("options of quantization are given without --calibrate DATA");
        }
        if (samples != null && samples < 1) {
            throw conflict("--samples takes a positive number, not " + samples);
        }
        if (from != null && from != Phase.NORMALIZE && from != Phase.QUANTIZE) {
            throw conflict("--from takes normalize or quantize; import is where everything starts");
        }
        HostClassFile.check(hostClass);
        if (hostClass != null && isJar()) {
            throw conflict("--host-class adds to an artifact folder; -o names a jar");
        }
        if (!deliverables.isEmpty() && (isJar() || hostClass != null)) {
            throw conflict("--emit writes files to link; a jar and --host-class are of Java");
        }
        if (to != null && (name != null || !deliverables.isEmpty())) {
            throw conflict("--to stops before code is generated, which --name and --emit are about");
        }
        if (to != null && json()) {
            throw conflict("--to prints a graph, which has no JSON form");
        }
    }

    private Model quantize(Model model, OpenedData opened, HardwareProfile profile, Bars bars) throws FormatException {
        ModelFeed feed = opened.feed(model.input());
        long start = System.nanoTime();
        QuantizationOptions how = quantizeOptions.options(profile);
        if (planFile != null) {
            how = how.withPrecision(AppliedPlan.of(driver(), planFile, model, profile, sink()));
        }
        Model quantized = model.quantize(samples == null ? feed : feed.first(samples), how, profile, sink(), bars);
        log().add("calibrate", System.nanoTime() - start);
        return quantized;
    }

    private int finish(Graph graph) {
        if (output == null) {
            out().print(QirFiles.dump(graph));
            out().flush();
        } else {
            QirFiles.write(graph, output);
            say("%s", output);
        }
        return OK;
    }

    /** Shows that the artifact runs here, where its code is for a machine like this. */
    private void load(Quantwright driver, Artifact artifact) {
        boolean runs = driver.backends().stream().anyMatch(b -> b.id().equals(artifact.manifest().backend())
                && b.hostRefusal(driver.profiles().find(profileOf(artifact))).isEmpty());
        if (runs) {
            long start = System.nanoTime();
            driver.load(artifact).close();
            log().add("load", System.nanoTime() - start);
        }
    }

    private String profileOf(Artifact artifact) {
        return profileName == null ? artifact.manifest().profile() : profileName;
    }

    private void report(Model model, Manifest m, long nanos) {
        long peak = peakBytes();
        say("%s: %s for %s -> %s", file.getFileName(), model.isQuantized() ? "integer model" : "float model",
                m.profile(),
                output);
        log().millis().forEach((phase, millis) -> say("  %-20s %9.1f ms", phase, millis));
        say("  %-20s %9.1f ms%s", "in all", nanos / 1e6, peak > 0 ? ", peak memory " + Text.bytes(peak) : "");
        say("  code %s, constants %s, arena %s (no placement is below %s)", Text.bytes(m.codeBytes()),
                Text.bytes(m.constantBytes()), Text.bytes(m.arenaBytes()), Text.bytes(m.arenaLowerBound()));
        if (!deliverables.isEmpty()) {
            say("  files to link: %s", String.join(", ", m.files().keySet().stream().sorted().toList()));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("artifact", output);
        result.put("symbol", m.symbol());
        result.put("files", m.files().keySet().stream().sorted().toList());
        result.put("model", model.graph().name());
        result.put("quantized", model.isQuantized());
        result.put("profile", m.profile());
        result.put("backend", m.backend());
        result.put("phaseMillis", log().millis());
        result.put("totalMillis", nanos / 1e6);
        result.put("peakBytes", peak);
        result.put("codeBytes", m.codeBytes());
        result.put("constantBytes", m.constantBytes());
        result.put("arenaBytes", m.arenaBytes());
        result.put("arenaLowerBound", m.arenaLowerBound());
        result(result);
    }

    /** Greatest resident size of this process so far, as Linux counts it; 0 where it does not. */
    static long peakBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // Another operating system: the figure is left out.
            return 0;
        }
        return 0;
    }
}
