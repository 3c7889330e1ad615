package quantwright.compiler.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Deliverable;
import quantwright.backend.Executor;
import quantwright.backend.InterpreterExecutor;
import quantwright.backend.Manifest;
import quantwright.backend.StepEstimate;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.pass.GraphPasses;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.compiler.quant.Calibrator;
import quantwright.compiler.quant.ChannelEqualizer;
import quantwright.compiler.quant.GraphQuantizer;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantDiagnostic;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.TunedLayers;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.QuantOp;
import quantwright.ir.pass.NameValues;
import quantwright.ir.pass.PassContext;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;

/** A normalized model, float or quantized. Immutable: quantizing gives another model. */
public final class Model {
    private static final String TILE_FILE = "tile.qir";

    private final Quantwright driver;
    private final Graph graph;
    private final ImportOptions options;
    private final String symbol;

    Model(Quantwright driver, Graph graph, ImportOptions options, String symbol) {
        this.driver = driver;
        this.graph = graph;
        this.options = options;
        this.symbol = symbol;
    }

    /** The standard pipeline on an imported graph, in place; every value has a unique name afterwards. */
    static void normalize(Graph graph, DiagnosticSink sink) {
        PassContext context = new PassContext(sink);
        GraphPasses.normalizeToFixpoint().run(graph, context);
        GraphPasses.normalizeStorage().run(graph, context);
        new NameValues().run(graph, context);
        sink.throwIfErrors();
    }

    /** The graph; it is not to be changed. */
    public Graph graph() {
        return graph;
    }

    /** What was fixed at import. */
    public ImportOptions options() {
        return options;
    }

    /**
     * Type of the model's only input, the one that data sets feed.
     *
     * @throws UserErrorException if there is not exactly one
     */
    public TensorType input() {
        return onlyInput(graph.name(), graph.inputs().stream().map(v -> v.type().canonical()).toList());
    }

    static TensorType onlyInput(String model, List<TensorType> inputs) {
        if (inputs.size() != 1) {
            throw new UserErrorException(QuantDiagnostic.INPUT_COUNT, Location.UNKNOWN, model + " has "
                    + inputs.size() + " inputs");
        }
        return inputs.getFirst();
    }

    /** Whether the model holds integer arithmetic with scales. */
    public boolean isQuantized() {
        if (graph.level() != Level.GRAPH) {
            return true;
        }
        for (Node node : graph) {
            if (node.op() instanceof QuantOp || node.results().stream().anyMatch(
                    v -> v.type().element() instanceof QuantizedType)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Code for this host where the profile's backend can make and run it, else the interpreter.
     *
     * @param sink takes a warning when the interpreter stands in
     */
    public Executor executor(HardwareProfile profile, DiagnosticSink sink, Progress progress) {
        return executor(request(profile, progress), sink);
    }

    /** As {@link #executor(HardwareProfile, DiagnosticSink, Progress)}, for a graph derived from this model's. */
    public Executor executor(Graph derived, HardwareProfile profile, DiagnosticSink sink) {
        return new Model(driver, derived, options, symbol).executor(profile, sink, Progress.SILENT);
    }

    private Executor executor(CompileRequest request, DiagnosticSink sink) {
        Backend backend = driver.backendFor(request.profile());
        String refusal;
        try {
            refusal = backend.hostRefusal(request.profile()).orElse(null);
            if (refusal == null) {
                return backend.load(backend.compile(request));
            }
        } catch (BackendUnavailable e) {
            refusal = e.getMessage();
        }
        return StandIn.of(driver, request, Location.UNKNOWN, refusal, sink).map(StandIn.Ready::open)
                .orElseGet(() -> new InterpreterExecutor(graph));
    }

    CompileRequest request(HardwareProfile profile, Progress progress) {
        return new CompileRequest(graph, profile, symbol, progress);
    }

    /** The prefix of the C symbols of compiled code: the model file's name as a C identifier, or what it was called. */
    public String symbol() {
        return symbol;
    }

    /**
     * The same model under another name.
     *
     * @param name prefix of the C symbols
     * @throws UserErrorException if it is no C identifier
     */
    public Model named(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new UserErrorException(DriverDiagnostic.BAD_NAME, Location.UNKNOWN,
                    "'" + name + "'; near it is '" + symbol(name) + "'");
        }
        return new Model(driver, graph, options, name);
    }

    /** A C identifier made of a model file's name. */
    static String symbol(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return symbol(dot > 0 ? name.substring(0, dot) : name);
    }

    /** A C identifier made of a model's name. */
    static String symbol(String name) {
        String base = name.replaceAll("[^A-Za-z0-9_]", "_");
        return base.isEmpty() || Character.isDigit(base.charAt(0)) ? "m_" + base : base;
    }

    /**
     * Counts this float model's activations on calibration data, with the profile's code where this host can run it.
     *
     * @param sink takes a warning when the interpreter stands in
     * @throws UserErrorException if the model is quantized already, or the data does not fit it
     */
    public CalibrationStatistics calibrate(ModelFeed data, HardwareProfile profile, DiagnosticSink sink,
            Progress progress) {
        if (isQuantized()) {
            throw new UserErrorException(QuantDiagnostic.ALREADY_QUANTIZED, Location.UNKNOWN, graph.name());
        }
        try (Executor executor = executor(request(floatProfile(profile), Progress.SILENT).unfused(), sink)) {
            return new Calibrator(graph, executor).run(data, progress);
        }
    }

    /**
     * What runs floats for a profile. Every machine gives the same bits: where the target cannot run here, or is no CPU and
     * may lack floats, this host's own code stands in.
     */
    private HardwareProfile floatProfile(HardwareProfile profile) {
        boolean elsewhere = profile.cpu().isEmpty() || driver.backendFor(profile).hostRefusal(profile).isPresent();
        return elsewhere ? driver.hostProfile().orElseGet(driver::portableProfile) : profile;
    }

    /** This float model with its channels scaled between layers, so that bits of {@code precision} serve; names are kept. */
    public Model equalized(CalibrationStatistics statistics, PrecisionPlan precision) {
        return new Model(driver, ChannelEqualizer.equalize(graph, statistics, precision), options, symbol);
    }

    /**
     * The integer model by calibration data. With equalization the data is run twice: once to see how the channels are
     * scaled, once more after they were rescaled.
     *
     * @param sink takes a warning when the interpreter stands in
     * @throws UserErrorException if the model is quantized already, or the data does not fit it
     */
    public Model quantize(ModelFeed data, QuantizationOptions how, HardwareProfile profile, DiagnosticSink sink,
            Progress progress) {
        ModelFeed samples = data.withViews(how.views());
        CalibrationStatistics statistics = calibrate(samples, profile, sink, progress);
        Model base = this;
        if (how.equalization()) {
            base = equalized(statistics, how.precision());
            statistics = base.calibrate(samples, profile, sink, progress);
        }
        long start = System.nanoTime();
        return finish(GraphQuantizer.quantize(base.graph, statistics, how,
                part -> executor(part, floatProfile(profile), sink), samples, progress), start);
    }

    /** The integer model by statistics of this float model's activations alone: as it is, its layers not tuned on data. */
    public Model quantize(CalibrationStatistics statistics, QuantizationOptions how) {
        long start = System.nanoTime();
        return finish(GraphQuantizer.quantize(graph, statistics, how), start);
    }

    /**
     * This float model's layers, each tuned on data by itself at each of some precisions.
     *
     * @param statistics of this model's activations
     * @param sink takes a warning when the interpreter stands in
     */
    public TunedLayers tunedLayers(ModelFeed data, CalibrationStatistics statistics, QuantizationOptions how,
            List<LayerPrecision.Integer> precisions, HardwareProfile profile, DiagnosticSink sink, Progress progress) {
        return TunedLayers.of(graph, statistics, how, precisions, part -> executor(part, floatProfile(profile), sink), data,
                progress);
    }

    /** The integer model of a plan over layers that were tuned for this float model. */
    public Model quantize(TunedLayers layers, PrecisionPlan plan) {
        long start = System.nanoTime();
        return finish(layers.quantize(plan), start);
    }

    private Model finish(Graph quantized, long start) {
        DiagnosticSink sink = new DiagnosticSink();
        // The float weights of layers that became integer.
        GraphPasses.eliminateDeadCode().run(quantized, new PassContext(sink));
        new NameValues().run(quantized, new PassContext(sink));
        driver.observer().finished(Phase.QUANTIZE, quantized, System.nanoTime() - start);
        return new Model(driver, quantized, options, symbol);
    }

    /**
     * What the profile makes of the model: the kernel of each step. No code is generated.
     *
     * @throws UserErrorException naming every node the profile cannot run, and why
     */
    public List<Manifest.Step> plan(HardwareProfile profile) {
        return driver.backendFor(profile).plan(request(profile, Progress.SILENT));
    }

    /** What each step is expected to take on the profile's machine, as {@link quantwright.backend.Backend#estimate}. */
    public List<StepEstimate> estimate(HardwareProfile profile) {
        return driver.backendFor(profile).estimate(request(profile, Progress.SILENT));
    }

    /**
     * Compiles for a profile, in memory.
     *
     * @throws UserErrorException if the profile cannot run the model
     * @throws BackendUnavailable if this host cannot generate code
     */
    public CompiledModel compile(HardwareProfile profile, Progress progress) {
        long start = System.nanoTime();
        CompiledModel compiled = driver.backendFor(profile).compile(request(profile, progress));
        driver.observer().finished(Phase.EMIT, compiled.tile(), System.nanoTime() - start);
        return compiled;
    }

    /**
     * Compiles for a profile and writes an artifact folder, whole or not at all. On a host that cannot generate the
     * profile's code the artifact holds portable code; where that refuses the model it holds the graph alone, and the
     * interpreter runs it.
     *
     * @param sink takes a warning when the artifact does not hold the profile's own code
     * @throws UserErrorException if the profile cannot run the model or the folder cannot be written
     */
    public Artifact compileFor(HardwareProfile profile, Path folder, DiagnosticSink sink, Progress progress) {
        return compileFor(profile, folder, Map.of(), sink, progress);
    }

    /**
     * As {@link #compileFor(HardwareProfile, Path, DiagnosticSink, Progress)}, with further files of the caller's.
     *
     * @param extra contents by file name
     */
    public Artifact compileFor(HardwareProfile profile, Path folder, Map<String, byte[]> extra, DiagnosticSink sink,
            Progress progress) {
        return compileFor(profile, folder, compiled -> extra, sink, progress);
    }

    /**
     * As the other, with files made of what was compiled, or of nothing if the interpreter is to run the model.
     *
     * @param extra gives contents by file name
     */
    public Artifact compileFor(HardwareProfile profile, Path folder,
            Function<Optional<CompiledModel>, Map<String, byte[]>> extra, DiagnosticSink sink, Progress progress) {
        Artifact.requireReplaceable(folder);
        Optional<CompiledModel> compiled = compileOrStandIn(profile, sink, progress);
        Map<String, byte[]> files = new TreeMap<>(extra.apply(compiled));
        Manifest manifest = compiled.map(CompiledModel::manifest).orElseGet(() -> interpreted(profile));
        if (compiled.isPresent()) {
            files.putAll(compiled.get().files());
            files.put(TILE_FILE, QirFiles.dump(compiled.get().tile()).getBytes(StandardCharsets.UTF_8));
        }
        files.putAll(QirFiles.contents(graph, "model"));
        return Artifact.write(folder, manifest, files);
    }

    private Optional<CompiledModel> compileOrStandIn(HardwareProfile profile, DiagnosticSink sink, Progress progress) {
        try {
            return Optional.of(compile(profile, progress));
        } catch (BackendUnavailable e) {
            return StandIn.of(driver, request(profile, progress), Location.UNKNOWN, e.getMessage(), sink)
                    .map(StandIn.Ready::model);
        }
    }

    /**
     * Compiles to the one file that is the whole program, replacing one that is there; whole or not at all.
     *
     * @throws UserErrorException if the profile's code is no such file, cannot run the model, or cannot be written
     */
    public CompiledModel compileToJar(HardwareProfile profile, Path file, Progress progress) {
        if (!driver.backendFor(profile).isPortable()) {
            throw new UserErrorException(DriverDiagnostic.NO_JAR, Location.file(file), "profile " + profile.id()
                    + " gives native code");
        }
        CompiledModel compiled = compile(profile, progress);
        Path target = file.toAbsolutePath().normalize();
        Path staging = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
        try {
            try {
                Files.createDirectories(target.getParent());
                Files.write(staging, compiled.files().get(CompiledModel.JAR));
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staging);
            }
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.NOT_WRITABLE, Location.file(file), FileFault.reason(e));
        }
        return compiled;
    }

    /**
     * Compiles for a profile and writes the files another program is built with, whole or not at all.
     *
     * @throws UserErrorException if the profile cannot run the model, its backend has no such files, this host cannot
     *                            generate code, or the folder cannot be written
     */
    public Artifact deliverFor(HardwareProfile profile, Path folder, Set<Deliverable> wanted, Progress progress) {
        Artifact.requireReplaceable(folder);
        CompiledModel compiled;
        try {
            compiled = compile(profile, progress);
        } catch (BackendUnavailable e) {
            throw new UserErrorException(DriverDiagnostic.NO_CODE_GENERATOR, Location.UNKNOWN, e.getMessage());
        }
        Map<String, byte[]> files = driver.backendFor(profile).deliver(compiled, wanted);
        return Artifact.write(folder, compiled.manifest(), files);
    }

    private Manifest interpreted(HardwareProfile profile) {
        List<Manifest.Port> inputs = graph.inputs().stream().map(v -> Manifest.Port.of(v.name(), v.type())).toList();
        List<Manifest.Port> outputs = new ArrayList<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            outputs.add(Manifest.Port.of(graph.outputName(i), graph.outputs().get(i).type()));
        }
        return new Manifest(Manifest.FORMAT, "development", graph.name(), profile.id(), profile.hash(),
                Quantwright.INTERPRETER, symbol, 0, 1, 0, 0, 0, List.of(), inputs, outputs, List.of(),
                List.of(), Map.of());
    }
}
