package quantwright.bench;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.compiler.exporter.OnnxExporter;
import quantwright.compiler.exporter.OnnxFormat;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.peer.OnnxRuntimePeer;
import quantwright.tests.peer.PeerTensor;
import quantwright.tests.peer.TfLitePeer;
import quantwright.tests.peer.Timing;

/**
 * Runnable forms of catalogue models, all on one thread and each with its own copy of the same input: the first
 * sample of the model's evaluation data, or pseudo-random numbers where there is none.
 */
final class Contenders implements AutoCloseable {
    /** Who runs a model, and in which arithmetic. */
    enum Kind {
        OURS_FLOAT("ours f32"), OURS_INT8("ours int8"), OURS_FILE("ours int8 (.tflite)"),
        ONNX_RUNTIME("ONNX Runtime f32"), ONNX_RUNTIME_QDQ("ONNX Runtime int8", OnnxFormat.ONNX_QDQ),
        ONNX_RUNTIME_QOPERATOR("ONNX Runtime int8", OnnxFormat.ONNX_QOPERATOR),
        ONNX_RUNTIME_FILE_QDQ("ONNX Runtime int8", OnnxFormat.ONNX_QDQ),
        ONNX_RUNTIME_FILE_QOPERATOR("ONNX Runtime int8", OnnxFormat.ONNX_QOPERATOR),
        XNNPACK_FLOAT("TFLite+XNNPACK f32"), XNNPACK_INT8("TFLite+XNNPACK int8"), BUILTIN_FLOAT("TFLite built-in f32"),
        BUILTIN_INT8("TFLite built-in int8");

        private final String text;
        /** The format of our export that the peer runs; null if it runs the model file. */
        private final OnnxFormat export;

        Kind(String text) {
            this(text, null);
        }

        Kind(String text, OnnxFormat export) {
            this.text = text;
            this.export = export;
        }

        boolean ours() {
            return this == OURS_FLOAT || this == OURS_INT8 || this == OURS_FILE;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Map<Kind, Timing.Action> actions = new LinkedHashMap<>();
    private final Map<CatalogueModel, Graph> integers = new HashMap<>();
    private final Map<Kind, Long> macs = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Opens every form of a model that there is; what cannot be opened is named in {@link #notes}. */
    void addAll(CatalogueModel model) {
        for (Kind kind : kinds(model)) {
            try {
                add(model, kind);
            } catch (Exception e) {
                notes.add(model.id() + ", " + kind + ": " + e.toString().lines().findFirst().orElse(""));
            }
        }
    }

    /** The forms a model file has. */
    static List<Kind> kinds(CatalogueModel model) {
        boolean quantized = model.isQuantized();
        if (quantized) {
            return List.of(Kind.OURS_FILE, Kind.ONNX_RUNTIME_FILE_QDQ, Kind.ONNX_RUNTIME_FILE_QOPERATOR,
                    Kind.XNNPACK_INT8, Kind.BUILTIN_INT8);
        }
        List<Kind> kinds = new ArrayList<>(List.of(Kind.OURS_FLOAT, Kind.OURS_INT8, Kind.ONNX_RUNTIME_QDQ,
                Kind.ONNX_RUNTIME_QOPERATOR));
        kinds.addAll(model.isTfLite() ? List.of(Kind.XNNPACK_FLOAT, Kind.BUILTIN_FLOAT) : List.of(Kind.ONNX_RUNTIME));
        return kinds;
    }

    /** Opens one form of a model. */
    void add(CatalogueModel model, Kind kind) throws Exception {
        Timing.Action action = switch (kind) {
            case OURS_FLOAT, OURS_INT8, OURS_FILE -> ours(model, kind);
            case ONNX_RUNTIME -> onnxRuntime(model, Pipeline.read(model.path()), Files.readAllBytes(model.path()));
            case ONNX_RUNTIME_QDQ, ONNX_RUNTIME_QOPERATOR, ONNX_RUNTIME_FILE_QDQ, ONNX_RUNTIME_FILE_QOPERATOR -> {
                Graph graph = integer(model);
                yield onnxRuntime(model, graph, OnnxExporter.export(graph, kind.export, new DiagnosticSink()));
            }
            case XNNPACK_FLOAT, XNNPACK_INT8 -> tfLite(model, TfLitePeer.Kernels.XNNPACK);
            case BUILTIN_FLOAT, BUILTIN_INT8 -> tfLite(model, TfLitePeer.Kernels.BUILTIN);
        };
        if (actions.put(kind, action) != null) {
            throw new IllegalStateException("two contenders " + kind);
        }
    }

    private Timing.Action ours(CatalogueModel model, Kind kind) throws FormatException {
        Graph graph = kind == Kind.OURS_INT8 ? integer(model) : Pipeline.normalize(Pipeline.read(model.path()));
        List<byte[]> inputs = inputs(model, graph);
        CompiledModel compiled = Pipeline.compile(graph, true);
        Executor executor = Host.backend().load(compiled);
        open.push(executor);
        Executor.Bound bound = executor.bind().orElseThrow();
        for (int i = 0; i < inputs.size(); i++) {
            bound.input(i).copyFrom(MemorySegment.ofArray(inputs.get(i)));
        }
        macs.put(kind, compiled.manifest().steps().stream().mapToLong(Manifest.Step::macs).sum());
        return bound::run;
    }

    /** The integer form of a model: by the standard recipe, or the file's own. */
    private Graph integer(CatalogueModel model) throws FormatException {
        Graph known = integers.get(model);
        if (known == null) {
            Graph graph = Pipeline.normalize(Pipeline.read(model.path()));
            known = model.isQuantized() ? graph : Pipeline.quantize(graph, Pipeline.calibrate(graph,
                    Samples.calibration(model, graph.inputs().getFirst().type().canonical())));
            integers.put(model, known);
        }
        return known;
    }

    private Timing.Action onnxRuntime(CatalogueModel model, Graph graph, byte[] file) throws Exception {
        OnnxRuntimePeer peer = OnnxRuntimePeer.load(file, OnnxRuntimePeer.Optimization.ALL);
        open.push(peer);
        List<byte[]> contents = inputs(model, graph);
        Map<String, PeerTensor> fed = new LinkedHashMap<>();
        for (int i = 0; i < contents.size(); i++) {
            Value input = graph.inputs().get(i);
            long[] dims = java.util.Arrays.stream(input.type().shape().toArray()).asLongStream().toArray();
            String type = switch (input.type().storage()) {
                case F32 -> "FLOAT32";
                case I8 -> "INT8";
                case U8 -> "UINT8";
                case I64 -> "INT64";
                default -> throw new IllegalStateException("no input of type " + input.type().storage());
            };
            fed.put(input.name(), new PeerTensor(input.name(), type, dims, contents.get(i), new float[0],
                    new int[0], 0));
        }
        OnnxRuntimePeer.Bound bound = peer.bind(fed);
        open.push(bound);
        return bound;
    }

    private Timing.Action tfLite(CatalogueModel model, TfLitePeer.Kernels kernels) throws Exception {
        TfLitePeer peer = TfLitePeer.load(model.path(), kernels);
        open.push(peer);
        List<byte[]> contents = inputs(model, Pipeline.read(model.path()));
        for (int i = 0; i < contents.size(); i++) {
            peer.feed(i, contents.get(i));
        }
        return peer::invoke;
    }

    /** Content of each input as the model file states it. */
    private static List<byte[]> inputs(CatalogueModel model, Graph graph) throws FormatException {
        return tensors(model, graph).stream().map(Tensor::pack).toList();
    }

    /** Each input: a sample of the model's evaluation data, or pseudo-random numbers where there is none. */
    static List<Tensor> tensors(CatalogueModel model, Graph graph) throws FormatException {
        Optional<Samples> samples = Samples.of(model);
        List<Tensor> contents = new ArrayList<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            TensorType type = graph.inputs().get(i).type().canonical();
            contents.add(samples.isPresent() && i == 0
                    ? Samples.feed(model, samples.get().evaluation(), type).inputs(0).getFirst() : random(type));
        }
        return contents;
    }

    private static Tensor random(TensorType type) throws FormatException {
        if (type.storage() != ScalarType.F32) {
            return Samples.random(type, 1).inputs(0).getFirst();
        }
        Random random = new Random(1);
        float[] values = new float[Math.toIntExact(type.shape().elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(type, values);
    }

    /** What was opened, ready to be run. */
    Map<Kind, Timing.Action> actions() {
        return actions;
    }

    /** Multiply-accumulates of one run of a model of ours. */
    Optional<Long> macs(Kind kind) {
        return Optional.ofNullable(macs.get(kind));
    }

    /** What could not be opened, and why. */
    List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a contender does not close", e);
            }
        }
    }
}
