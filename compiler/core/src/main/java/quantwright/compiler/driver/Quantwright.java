package quantwright.compiler.driver;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.InterpreterExecutor;
import quantwright.backend.ProgramRunner;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;

/**
 * Entry point of the Java API; the command line calls the same methods. Holds what was discovered, nothing else.
 * <pre>{@code
 * Quantwright qw = Quantwright.discover();
 * HardwareProfile profile = qw.profiles().find("x86-avx512-vnni");
 * Model model = qw.load(Path.of("model.onnx"), ImportOptions.none(), sink);
 * ModelFeed data = DataSets.open(Path.of("calibration.npz"), Optional.empty()).feed(model.input());
 * Model int8 = model.quantize(data, QuantizationOptions.standard(), profile, sink, Progress.SILENT);
 * Artifact artifact = int8.compileFor(profile, Path.of("out"), sink, Progress.SILENT);
 * try (Executor executor = qw.load(artifact)) {
 *     List<Tensor> outputs = executor.run(inputs);
 * }
 * }</pre>
 */
public final class Quantwright {
    /** Backend id of artifacts without code, which the reference interpreter runs. */
    public static final String INTERPRETER = "interpreter";

    private final List<Backend> backends;
    private final List<ModelImporter> importers;
    private final ProfileCatalogue profiles = new ProfileCatalogue();
    private final PhaseObserver observer;

    /** A driver over given backends and importers. */
    public Quantwright(List<Backend> backends, List<ModelImporter> importers) {
        this(backends, importers, PhaseObserver.SILENT);
    }

    private Quantwright(List<Backend> backends, List<ModelImporter> importers, PhaseObserver observer) {
        this.backends = List.copyOf(backends);
        this.importers = List.copyOf(importers);
        this.observer = observer;
    }

    /**
     * A driver over every backend that is installed.
     *
     * @throws UserErrorException if there is none
     */
    public static Quantwright discover() {
        return discover(List.of());
    }

    /**
     * A driver over every backend that is installed or found in the given places.
     *
     * @param plugins modular jars, or folders of them
     * @throws UserErrorException if there is no backend, or a plug-in cannot be loaded
     */
    public static Quantwright discover(List<Path> plugins) {
        List<Backend> found = new ArrayList<>();
        services(plugins).forEach(found::add);
        if (found.isEmpty()) {
            throw new UserErrorException(DriverDiagnostic.NO_BACKENDS_AT_ALL, Location.UNKNOWN,
                    "looked for services of " + Backend.class.getName() + " on the module path and the class path");
        }
        found.sort(Comparator.comparing(Backend::id));
        return new Quantwright(found, List.of(new OnnxImporter(), new TfliteImporter(), new QirImporter()));
    }

    private static ServiceLoader<Backend> services(List<Path> plugins) {
        if (plugins.isEmpty()) {
            return ServiceLoader.load(Backend.class);
        }
        for (Path plugin : plugins) {
            if (!Files.exists(plugin)) {
                throw new UserErrorException(DriverDiagnostic.BAD_PLUGIN, Location.file(plugin),
                        "there is no such file");
            }
        }
        try {
            ModuleLayer parent = Optional.ofNullable(Quantwright.class.getModule().getLayer())
                    .orElse(ModuleLayer.boot());
            ModuleFinder finder = ModuleFinder.of(plugins.toArray(Path[]::new));
            List<String> roots = finder.findAll().stream().map(m -> m.descriptor().name()).sorted().toList();
            Configuration configuration = parent.configuration().resolveAndBind(finder, ModuleFinder.of(), roots);
            return ServiceLoader.load(parent.defineModulesWithOneLoader(configuration,
                    Quantwright.class.getClassLoader()), Backend.class);
        } catch (FindException | ResolutionException | LayerInstantiationException e) {
            throw new UserErrorException(DriverDiagnostic.BAD_PLUGIN, Location.file(plugins.getFirst()),
                    e.getMessage());
        }
    }

    /** This driver, telling {@code other} of every phase. */
    public Quantwright observedBy(PhaseObserver other) {
        return new Quantwright(backends, importers, other);
    }

    PhaseObserver observer() {
        return observer;
    }

    /** The backends, by id. */
    public List<Backend> backends() {
        return backends;
    }

    /** The profiles. */
    public ProfileCatalogue profiles() {
        return profiles;
    }

    /**
     * The backend for a profile.
     *
     * @throws UserErrorException if no backend accepts it
     */
    public Backend backendFor(HardwareProfile profile) {
        return backends.stream().filter(b -> b.accepts(profile)).findFirst().orElseThrow(() -> new UserErrorException(
                DriverDiagnostic.NO_BACKEND, Location.UNKNOWN, "profile " + profile.id() + "; installed: "
                + String.join(", ", backends.stream().map(Backend::id).toList())));
    }

    /** Whether a backend is installed whose code runs on every host. */
    boolean isPortable(String id) {
        return backends.stream().anyMatch(b -> b.isPortable() && b.id().equals(id));
    }

    /**
     * The shipped profile of portable code.
     *
     * @throws UserErrorException if there is none
     */
    public HardwareProfile portableProfile() {
        return profiles.ids().stream().map(profiles::find)
                .filter(p -> p.cpu().flatMap(CpuMachine::performance).isEmpty())
                .filter(p -> backends.stream().anyMatch(b -> b.isPortable() && b.accepts(p))).findFirst()
                .orElseThrow(() -> new UserErrorException(DriverDiagnostic.NO_BACKEND, Location.UNKNOWN,
                        "no installed backend gives portable code"));
    }

    /**
     * The shipped profile that makes the most of this host: of those whose code runs here, the one with the widest
     * vectors and then the most instruction-set extensions. Profiles that state the performance of one chip are passed
     * over, for nobody says that this host is that chip. Empty if there is none.
     */
    public Optional<HardwareProfile> hostProfile() {
        Comparator<HardwareProfile> better = Comparator
                .<HardwareProfile>comparingInt(p -> p.cpu().map(CpuMachine::vectorBits).orElse(0))
                .thenComparingInt(p -> p.cpu().map(c -> c.features().size()).orElse(0))
                .thenComparing(HardwareProfile::id, Comparator.reverseOrder());
        return profiles.ids().stream().map(profiles::find)
                .filter(p -> p.cpu().flatMap(CpuMachine::performance).isEmpty())
                .filter(p -> backends.stream().anyMatch(b -> b.accepts(p) && b.hostRefusal(p).isEmpty())).max(better);
    }

    /**
     * Reads and normalizes a model.
     *
     * @param sink takes warnings
     * @throws UserErrorException with everything that is wrong with the file
     */
    public Model load(Path file, ImportOptions options, DiagnosticSink sink) {
        Graph graph = importOnly(file, options, sink);
        long start = System.nanoTime();
        Model.normalize(graph, sink);
        observer.finished(Phase.NORMALIZE, graph, System.nanoTime() - start);
        return new Model(this, graph, options, Model.symbol(file));
    }

    /**
     * Reads a graph that is normalized already: what {@link Phase#NORMALIZE} or {@link Phase#QUANTIZE} gave.
     *
     * @param sink takes warnings
     * @throws UserErrorException with everything that is wrong with the file
     */
    public Model resume(Path file, DiagnosticSink sink) {
        return new Model(this, importOnly(file, ImportOptions.none(), sink), ImportOptions.none(), Model.symbol(file));
    }

    /** Reads a model and changes nothing. */
    public Graph importOnly(Path file, ImportOptions options, DiagnosticSink sink) {
        if (!Files.isRegularFile(file)) {
            throw new UserErrorException(ImportDiagnostic.UNREADABLE_FILE, Location.file(file),
                    Files.exists(file) ? "is not a file" : "there is no such file");
        }
        ModelImporter importer = importers.stream().filter(i -> i.accepts(file)).findFirst().orElseThrow(() ->
                new UserErrorException(ImportDiagnostic.UNKNOWN_FORMAT, Location.file(file), "formats: "
                        + String.join(", ", importers.stream().map(ModelImporter::format).toList())));
        long start = System.nanoTime();
        Graph graph = importer.importModel(file, options, sink);
        observer.finished(Phase.IMPORT, graph, System.nanoTime() - start);
        return graph;
    }

    /**
     * Loads an artifact for execution, without compiling anything.
     *
     * @throws UserErrorException if it is damaged, its backend is not installed, or this host cannot run it
     */
    public Executor load(Artifact artifact) {
        String id = artifact.manifest().backend();
        if (id.equals(INTERPRETER)) {
            return new InterpreterExecutor(graphOf(artifact));
        }
        Backend backend = backends.stream().filter(b -> b.id().equals(id)).findFirst()
                .orElseThrow(() -> new UserErrorException(DriverDiagnostic.NO_BACKEND, Location.file(artifact.folder()),
                        "the artifact was made by backend " + id));
        return backend.load(artifact);
    }

    /**
     * Loads an artifact for the simulator of the machine it is for.
     *
     * @throws UserErrorException if it is damaged, or there is no simulator for it
     */
    public Executor simulate(Artifact artifact) {
        String id = artifact.manifest().backend();
        return backends.stream().filter(b -> b.id().equals(id)).findFirst()
                .flatMap(b -> b.simulate(artifact, runner(id))).orElseThrow(() -> noSimulator(id));
    }

    /**
     * Loads a model that was compiled for a profile for the simulator of its machine.
     *
     * @throws UserErrorException if there is no simulator for it
     */
    Executor simulate(CompiledModel model, HardwareProfile profile) {
        Backend backend = backendFor(profile);
        return backend.simulate(model, runner(backend.id())).orElseThrow(() -> noSimulator(backend.id()));
    }

    /**
     * What one inference of a model costs by the simulator of a profile's machine; empty if the profile's backend has no
     * programs for a simulator.
     *
     * @throws UserErrorException if the profile cannot run the model
     */
    public Optional<ProgramRunner.MachineCost> simulatedCost(Model model, HardwareProfile profile) {
        Backend backend = backendFor(profile);
        Optional<ProgramRunner> runner = ServiceLoader.load(ProgramRunner.class).stream()
                .map(ServiceLoader.Provider::get).filter(r -> r.backend().equals(backend.id())).findFirst();
        return runner.flatMap(r -> backend.simulatedCost(model.compile(profile, CompileRequest.Progress.SILENT), profile, r));
    }

    private static ProgramRunner runner(String backend) {
        return ServiceLoader.load(ProgramRunner.class).stream().map(ServiceLoader.Provider::get)
                .filter(r -> r.backend().equals(backend)).findFirst().orElseThrow(() -> noSimulator(backend));
    }

    private static UserErrorException noSimulator(String backend) {
        return new UserErrorException(DriverDiagnostic.NO_SIMULATOR, Location.UNKNOWN, "backend " + backend);
    }

    /**
     * The graph that an artifact's code computes.
     *
     * @throws UserErrorException if the artifact is damaged
     */
    public static Graph graphOf(Artifact artifact) {
        if (artifact.manifest().files().containsKey(Artifact.DATA_FILE)) {
            artifact.file(Artifact.DATA_FILE);
        }
        return QirFiles.read(artifact.file(Artifact.GRAPH_FILE));
    }
}
