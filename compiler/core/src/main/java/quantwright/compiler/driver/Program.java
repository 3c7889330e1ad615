package quantwright.compiler.driver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import quantwright.backend.Artifact;
import quantwright.backend.Backend;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.InterpreterExecutor;
import quantwright.backend.Manifest;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;

/** A model that can run: an artifact folder, or a model compiled in memory. Gives an executor to each thread. */
public final class Program {
    private final String name;
    private final List<TensorType> inputs;
    private final List<TensorType> outputs;
    private final List<String> outputNames;
    private final Optional<Manifest> manifest;
    private final Supplier<Executor> executors;
    private final Supplier<Graph> graph;

    /** A compiled model and how to open it. */
    private record Compiled(CompiledModel model, Supplier<Executor> open) {
        static Compiled of(StandIn.Ready ready) {
            return new Compiled(ready.model(), ready::open);
        }
    }

    private Program(String name, List<TensorType> inputs, List<TensorType> outputs, List<String> outputNames,
            Optional<Manifest> manifest, Supplier<Executor> executors, Supplier<Graph> graph) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.outputNames = List.copyOf(outputNames);
        this.manifest = manifest;
        this.executors = executors;
        this.graph = graph;
    }

    /**
     * An artifact folder as a program. Nothing is compiled, and no code generator is loaded.
     *
     * @param sink takes a warning when something else stands in for native code
     * @throws UserErrorException if the artifact is damaged, or {@code on} is {@link On#HOST} and this host cannot
     * run it
     */
    public static Program of(Quantwright driver, Path folder, On on, DiagnosticSink sink) {
        Artifact artifact = Artifact.open(folder);
        Manifest m = artifact.manifest();
        Supplier<Graph> graph = memoized(() -> Quantwright.graphOf(artifact));
        if (on == On.SIMULATOR) {
            return of(m, firstThen(driver.simulate(artifact), () -> driver.simulate(artifact)), graph);
        }
        if (m.backend().equals(Quantwright.INTERPRETER) && on == On.HOST) {
            throw new UserErrorException(DriverDiagnostic.NO_NATIVE_CODE, Location.file(folder),
                    "the artifact holds no code");
        }
        return of(m, executors(driver, artifact, on, sink, graph), graph);
    }

    private static Program of(Manifest m, Supplier<Executor> executors, Supplier<Graph> graph) {
        return new Program(m.model(), m.inputs().stream().map(Manifest.Port::type).toList(),
                m.outputs().stream().map(Manifest.Port::type).toList(),
                m.outputs().stream().map(Manifest.Port::name).toList(), Optional.of(m), executors, graph);
    }

    private static Supplier<Executor> executors(Quantwright driver, Artifact artifact, On on, DiagnosticSink sink,
            Supplier<Graph> graph) {
        String backend = artifact.manifest().backend();
        if (on == On.INTERPRETER || on != On.JVM && backend.equals(Quantwright.INTERPRETER)) {
            return () -> new InterpreterExecutor(graph.get());
        }
        if (on == On.JVM && !driver.isPortable(backend)) {
            return StandIn.portable(driver, request(driver, artifact, graph))::open;
        }
        try {
            return firstThen(driver.load(artifact), () -> driver.load(artifact));
        } catch (UserErrorException e) {
            boolean features = e.diagnostics().stream().allMatch(d -> d.code() == BackendDiagnostic.HOST_FEATURES);
            if (on == On.HOST || !features) {
                throw e;
            }
            Optional<StandIn.Ready> ready = StandIn.of(driver, request(driver, artifact, graph),
                    Location.file(artifact.folder()), e.diagnostics().getFirst().message(), sink);
            return ready.isPresent() ? ready.get()::open : () -> new InterpreterExecutor(graph.get());
        }
    }

    private static CompileRequest request(Quantwright driver, Artifact artifact, Supplier<Graph> graph) {
        return new CompileRequest(graph.get(), driver.portableProfile(), artifact.manifest().symbol(),
                Progress.SILENT);
    }

    /**
     * A model as a program, compiled in memory unless the interpreter is to run it.
     *
     * @param profile what to compile for; may be null if {@code on} is {@link On#INTERPRETER}
     * @param sink takes a warning when something else stands in for native code
     * @throws UserErrorException if the profile cannot run the model, or {@code on} is {@link On#HOST} and this host
     * cannot
     */
    public static Program of(Quantwright driver, Model model, HardwareProfile profile, On on, DiagnosticSink sink,
            Progress progress) {
        Optional<Compiled> compiled = switch (on) {
            case INTERPRETER -> Optional.empty();
            case JVM -> Optional.of(Compiled.of(StandIn.portable(driver, model.request(profile, progress))));
            case SIMULATOR -> {
                CompiledModel made = model.compile(profile, progress);
                yield Optional.of(new Compiled(made, () -> driver.simulate(made, profile)));
            }
            case AUTO, HOST -> compile(driver, model, profile, on, sink, progress).map(Compiled::of);
        };
        Graph graph = model.graph();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            names.add(graph.outputName(i));
        }
        Supplier<Executor> executors = compiled.isEmpty() ? () -> new InterpreterExecutor(graph)
                : compiled.get().open();
        return new Program(graph.name(), graph.inputs().stream().map(v -> v.type().canonical()).toList(),
                graph.outputs().stream().map(v -> v.type().canonical()).toList(), names,
                compiled.map(c -> c.model().manifest()), executors, () -> graph);
    }

    private static Optional<StandIn.Ready> compile(Quantwright driver, Model model, HardwareProfile profile, On on,
            DiagnosticSink sink, Progress progress) {
        String refusal;
        try {
            Backend backend = driver.backendFor(profile);
            refusal = backend.hostRefusal(profile).orElse(null);
            if (refusal == null) {
                return Optional.of(new StandIn.Ready(backend, model.compile(profile, progress)));
            }
        } catch (BackendUnavailable e) {
            refusal = e.getMessage();
        }
        if (on == On.HOST) {
            throw new UserErrorException(DriverDiagnostic.NO_NATIVE_CODE, Location.UNKNOWN, refusal);
        }
        return StandIn.of(driver, model.request(profile, progress), Location.UNKNOWN, refusal, sink);
    }

    private static <T> Supplier<T> firstThen(T first, Supplier<T> others) {
        List<T> waiting = new ArrayList<>(List.of(first));
        return () -> {
            synchronized (waiting) {
                if (!waiting.isEmpty()) {
                    return waiting.removeLast();
                }
            }
            return others.get();
        };
    }

    private static <T> Supplier<T> memoized(Supplier<T> source) {
        List<T> known = new ArrayList<>(1);
        return () -> {
            synchronized (known) {
                if (known.isEmpty()) {
                    known.add(source.get());
                }
                return known.getFirst();
            }
        };
    }

    /** The model's name. */
    public String name() {
        return name;
    }

    /** Types of the inputs, in order. */
    public List<TensorType> inputs() {
        return inputs;
    }

    /** Types of the outputs, in order. */
    public List<TensorType> outputs() {
        return outputs;
    }

    /** Names of the outputs, in order. */
    public List<String> outputNames() {
        return outputNames;
    }

    /**
     * Type of the only input, the one that data sets feed.
     *
     * @throws UserErrorException if there is not exactly one
     */
    public TensorType input() {
        return Model.onlyInput(name, inputs);
    }

    /** Description of the code, if there is code. */
    public Optional<Manifest> manifest() {
        return manifest;
    }

    /** The graph the code computes, not to be changed; read on first use. */
    public Graph graph() {
        return graph.get();
    }

    /** A new executor; the caller closes it. */
    public Executor open() {
        return executors.get();
    }
}
