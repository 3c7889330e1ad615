package quantwright.tests.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorflowlite.BuiltinOpResolverWithXNNPACK;
import org.bytedeco.tensorflowlite.BuiltinOpResolverWithoutDefaultDelegates;
import org.bytedeco.tensorflowlite.FlatBufferModel;
import org.bytedeco.tensorflowlite.Interpreter;
import org.bytedeco.tensorflowlite.InterpreterBuilder;
import org.bytedeco.tensorflowlite.InterpreterOptions;
import org.bytedeco.tensorflowlite.OpResolver;
import org.bytedeco.tensorflowlite.TfLiteAffineQuantization;
import org.bytedeco.tensorflowlite.TfLiteTensor;
import org.junit.jupiter.api.Assumptions;

/** TensorFlow Lite on one thread, as the peer to compare with. Not safe for use by two threads at once. */
public final class TfLitePeer implements AutoCloseable {
    private static final int OK = 0;
    private static final int AFFINE_QUANTIZATION = 1;

    /** Which kernels run the model. */
    public enum Kernels {
        /** TensorFlow Lite's own kernels; every tensor can be read after a run. The oracle of the tflite preset. */
        BUILTIN,
        /** XNNPACK where it has the operator: what deployments run. Intermediate tensors are not kept. */
        XNNPACK
    }

    private final FlatBufferModel model;
    private final OpResolver resolver;
    private final InterpreterOptions options;
    private final Interpreter interpreter;

    private TfLitePeer(Path file, Kernels kernels) {
        var platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        Assumptions.assumeTrue(platform.equals("Linux amd64"),
            () -> "SKIPPED, TensorFlow Lite is here for Linux amd64 only, this is " + platform);
        model = FlatBufferModel.BuildFromFile(file.toString());
        if (model == null || model.isNull()) {
            throw new IllegalArgumentException("TensorFlow Lite does not load " + file);
        }
        resolver = switch (kernels) {
            case BUILTIN -> new BuiltinOpResolverWithoutDefaultDelegates();
            case XNNPACK -> new BuiltinOpResolverWithXNNPACK(true);
        };
        options = new InterpreterOptions();
        options.SetPreserveAllTensors(kernels == Kernels.BUILTIN);
        interpreter = new Interpreter((Pointer) null);
        try (var builder = new InterpreterBuilder(model, resolver, options)) {
            check(builder.SetNumThreads(1), "set threads");
            check(builder.apply(interpreter), "build");
        }
        check(interpreter.SetNumThreads(1), "set threads");
        check(interpreter.AllocateTensors(), "allocate tensors");
    }

    /** Loads a model file and allocates its tensors. */
    public static TfLitePeer load(Path file, Kernels kernels) {
        return new TfLitePeer(file, kernels);
    }

    /** Number of inputs. */
    public int inputs() {
        return (int) interpreter.inputs().limit();
    }

    /** Number of outputs. */
    public int outputs() {
        return (int) interpreter.outputs().limit();
    }

    /** An input with its present content. */
    public PeerTensor input(int i) {
        return peerTensor(interpreter.input_tensor(i));
    }

    /** An output with its present content. */
    public PeerTensor output(int i) {
        return peerTensor(interpreter.output_tensor(i));
    }

    /** Number of tensors of the main graph, the runtime's temporaries behind the model's own included. */
    public int tensors() {
        return (int) interpreter.tensors_size();
    }

    /** A tensor by its index in the model file; its content is empty where the runtime holds none. */
    public PeerTensor tensor(int index) {
        return peerTensor(interpreter.tensor(index));
    }

    /** All tensors by index. */
    public List<PeerTensor> allTensors() {
        var all = new ArrayList<PeerTensor>();
        for (int i = 0; i < tensors(); i++) {
            all.add(tensor(i));
        }
        return all;
    }

    /** Number of nodes the runtime executes: with XNNPACK fewer than the model has. */
    public int executedNodes() {
        return (int) interpreter.execution_plan().limit();
    }

    /** Fills an input with raw little-endian elements. */
    public void feed(int input, byte[] data) {
        var tensor = interpreter.input_tensor(input);
        if (tensor.bytes() != data.length) {
            throw new IllegalArgumentException("input takes " + tensor.bytes() + " bytes, not " + data.length);
        }
        new BytePointer(tensor.data().data()).put(data);
    }

    /** Runs once on what was fed, from zeroed variables. */
    public void invoke() {
        check(interpreter.ResetVariableTensors(), "reset variables");
        check(interpreter.Invoke(), "invoke");
    }

    /** Feeds the only input, runs, and gives the first output. */
    public PeerTensor run(byte[] data) {
        feed(0, data);
        invoke();
        return output(0);
    }

    /** Times runs on what was fed. */
    public Timing time(int warmup, int runs) throws Exception {
        return Timing.of(warmup, runs, this::invoke);
    }

    private static PeerTensor peerTensor(TfLiteTensor tensor) {
        var dims = tensor.dims();
        var extents = new long[dims == null ? 0 : dims.size()];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = dims.data(i);
        }
        var pointer = tensor.data().data();
        var data = new byte[pointer == null || pointer.isNull() ? 0 : Math.toIntExact(tensor.bytes())];
        if (data.length > 0) {
            new BytePointer(pointer).get(data);
        }
        float[] scales = {};
        int[] zeros = {};
        int axis = 0;
        var quantization = tensor.quantization();
        if (quantization.type() == AFFINE_QUANTIZATION && quantization.params() != null) {
            var affine = new TfLiteAffineQuantization(quantization.params());
            scales = new float[affine.scale().size()];
            zeros = new int[scales.length];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = affine.scale().data(i);
                // The runtime may keep one zero point for all channels.
                zeros[i] = affine.zero_point().data(Math.min(i, affine.zero_point().size() - 1));
            }
            axis = affine.quantized_dimension();
        }
        var name = tensor.name();
        return new PeerTensor(name == null ? "" : name.getString(), typeName(tensor.type()), extents, data, scales,
            zeros, axis);
    }

    /** Names of TfLiteType, tensorflow/lite/core/c/c_api_types.h. */
    private static String typeName(int type) {
        return switch (type) {
            case 0 -> "NONE";
            case 1 -> "FLOAT32";
            case 2 -> "INT32";
            case 3 -> "UINT8";
            case 4 -> "INT64";
            case 5 -> "STRING";
            case 6 -> "BOOL";
            case 7 -> "INT16";
            case 9 -> "INT8";
            case 10 -> "FLOAT16";
            case 11 -> "FLOAT64";
            case 18 -> "INT4";
            default -> "TYPE" + type;
        };
    }

    private static void check(int status, String what) {
        if (status != OK) {
            throw new IllegalStateException("TensorFlow Lite failed to " + what + ": status " + status);
        }
    }

    @Override
    public void close() {
        interpreter.close();
        options.close();
        resolver.close();
        model.close();
    }
}
