package quantwright.tests.peer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;

/** ONNX Runtime on one thread, as the peer to compare with. */
public final class OnnxRuntimePeer implements AutoCloseable {
    /** What the runtime may do to the graph before it runs. */
    public enum Optimization {
        /** Runs the nodes as they are: for comparing intermediate tensors. */
        NONE(OrtSession.SessionOptions.OptLevel.NO_OPT),
        /** Everything: for timing. */
        ALL(OrtSession.SessionOptions.OptLevel.ALL_OPT);

        private final OrtSession.SessionOptions.OptLevel level;

        Optimization(OrtSession.SessionOptions.OptLevel level) {
            this.level = level;
        }
    }

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    private OnnxRuntimePeer(byte[] model, Optimization optimization) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(optimization.level);
            session = environment.createSession(model, options);
        }
    }

    /** Loads a model that keeps its weights inside. */
    public static OnnxRuntimePeer load(byte[] model, Optimization optimization) throws OrtException {
        return new OnnxRuntimePeer(model, optimization);
    }

    /**
     * Rewrites a model so that every node output of its main graph is a graph output too; the original outputs stay
     * first.
     */
    public static byte[] withAllOutputs(byte[] model) throws Exception {
        var builder = ModelProto.parseFrom(model).toBuilder();
        var graph = builder.getGraphBuilder();
        var known = new HashSet<String>();
        graph.getOutputList().forEach(output -> known.add(output.getName()));
        var names = new ArrayList<String>();
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        for (var name : names) {
            if (!name.isEmpty() && known.add(name)) {
                graph.addOutput(ValueInfoProto.newBuilder().setName(name));
            }
        }
        return builder.build().toByteArray();
    }

    /** Names of the inputs the caller must feed, in the model's order. */
    public List<String> inputs() {
        return List.copyOf(session.getInputNames());
    }

    /** Declared type of an input; unknown extents are -1. */
    public TensorInfo inputInfo(String name) throws OrtException {
        NodeInfo info = session.getInputInfo().get(name);
        return (TensorInfo) info.getInfo();
    }

    /** Names of the outputs, in the model's order. */
    public List<String> outputs() {
        return List.copyOf(session.getOutputNames());
    }

    /** An input of f32 values. */
    public static PeerTensor floats(float[] values, long... dims) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new PeerTensor("", "FLOAT32", dims, bytes.array(), new float[0], new int[0], 0);
    }

    /** Runs once; the outputs in the model's order. A sequence or an absent optional output is left out. */
    public Map<String, PeerTensor> run(Map<String, PeerTensor> inputs) throws OrtException {
        var fed = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var input : inputs.entrySet()) {
                fed.put(input.getKey(), tensor(input.getValue()));
            }
            try (var result = session.run(fed)) {
                var outputs = new LinkedHashMap<String, PeerTensor>();
                for (var output : result) {
                    var tensor = peerTensor(output.getKey(), output.getValue());
                    if (tensor != null) {
                        outputs.put(output.getKey(), tensor);
                    }
                }
                return outputs;
            }
        } finally {
            fed.values().forEach(OnnxTensor::close);
        }
    }

    /** Times runs on the same input, outputs left in the runtime's memory. */
    public Timing time(Map<String, PeerTensor> inputs, int warmup, int runs) throws Exception {
        try (var bound = bind(inputs)) {
            return Timing.of(warmup, runs, bound);
        }
    }

    /** Inputs in the runtime's memory, to run on again and again; outputs are left there. */
    public Bound bind(Map<String, PeerTensor> inputs) throws OrtException {
        var fed = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var input : inputs.entrySet()) {
                fed.put(input.getKey(), tensor(input.getValue()));
            }
            return new Bound(session, fed);
        } catch (OrtException | RuntimeException e) {
            fed.values().forEach(OnnxTensor::close);
            throw e;
        }
    }

    /** Runs of one session on the same inputs. */
    public static final class Bound implements Timing.Action, AutoCloseable {
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs;

        private Bound(OrtSession session, Map<String, OnnxTensor> inputs) {
            this.session = session;
            this.inputs = inputs;
        }

        @Override
        public void run() throws OrtException {
            session.run(inputs).close();
        }

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(PeerTensor value) throws OrtException {
        var bytes = ByteBuffer.allocateDirect(value.data().length).order(ByteOrder.nativeOrder());
        bytes.put(value.data()).flip();
        return switch (value.type()) {
            case "FLOAT32" -> {
                FloatBuffer floats = bytes.asFloatBuffer();
                yield OnnxTensor.createTensor(environment, floats, value.dims());
            }
            case "FLOAT64" -> OnnxTensor.createTensor(environment, bytes.asDoubleBuffer(), value.dims());
            case "INT32" -> OnnxTensor.createTensor(environment, bytes.asIntBuffer(), value.dims());
            case "INT64" -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), value.dims());
            case "INT16" -> OnnxTensor.createTensor(environment, bytes.asShortBuffer(), value.dims(),
                OnnxJavaType.INT16);
            case "INT8" -> OnnxTensor.createTensor(environment, bytes, value.dims(), OnnxJavaType.INT8);
            case "UINT8" -> OnnxTensor.createTensor(environment, bytes, value.dims(), OnnxJavaType.UINT8);
            case "BOOL" -> OnnxTensor.createTensor(environment, bytes, value.dims(), OnnxJavaType.BOOL);
            default -> throw new IllegalArgumentException("no ONNX Runtime input of type " + value.type());
        };
    }

    private static PeerTensor peerTensor(String name, OnnxValue value) {
        if (!(value instanceof OnnxTensor tensor)) {
            return null;
        }
        var info = tensor.getInfo();
        var type = switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> "FLOAT32";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> "FLOAT64";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> "FLOAT16";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> "BFLOAT16";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> "INT8";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> "UINT8";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> "INT16";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> "UINT16";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> "INT32";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> "UINT32";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> "INT64";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> "UINT64";
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> "BOOL";
            default -> "OTHER";
        };
        var bytes = tensor.getByteBuffer();
        var data = new byte[bytes == null ? 0 : bytes.remaining()];
        if (bytes != null) {
            bytes.get(data);
        }
        return new PeerTensor(name, type, info.getShape(), data, new float[0], new int[0], 0);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
