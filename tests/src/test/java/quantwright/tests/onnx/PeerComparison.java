package quantwright.tests.onnx;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Constant;
import quantwright.ir.type.ScalarType;
import quantwright.tests.peer.OnnxRuntimePeer;
import quantwright.tests.peer.PeerTensor;

/** Runs a graph in the interpreter and its model in ONNX Runtime on the same inputs. */
final class PeerComparison {
    private PeerComparison() {
    }

    /** A tensor as ONNX Runtime takes it. */
    static PeerTensor peer(Tensor tensor) {
        int[] shape = tensor.type().shape().toArray();
        long[] dims = java.util.Arrays.stream(shape).asLongStream().toArray();
        return new PeerTensor("", peerType(tensor.type().storage()), dims, tensor.pack(), new float[0], new int[0], 0);
    }

    private static String peerType(ScalarType type) {
        return switch (type) {
            case F32 -> "FLOAT32";
            case F64 -> "FLOAT64";
            case I32 -> "INT32";
            case I64 -> "INT64";
            case I16 -> "INT16";
            case I8 -> "INT8";
            case U8 -> "UINT8";
            case BOOL -> "BOOL";
            default -> throw new IllegalArgumentException("no peer type for " + type);
        };
    }

    /** The outputs of a model in ONNX Runtime, in the order of the graph's. */
    static List<PeerTensor> expected(byte[] model, Graph graph, List<Tensor> inputs) throws Exception {
        try (var peer = OnnxRuntimePeer.load(model, OnnxRuntimePeer.Optimization.NONE)) {
            Map<String, PeerTensor> outputs = peer.run(feeds(graph, inputs));
            List<PeerTensor> inOrder = new ArrayList<>();
            for (int i = 0; i < graph.outputs().size(); i++) {
                inOrder.add(outputs.get(graph.outputName(i)));
            }
            return inOrder;
        }
    }

    /** As {@link #relativeError(byte[], Graph, List)}, over every f32 value that has a name in the model. */
    static double relativeErrorOfAll(byte[] model, Graph graph, List<Tensor> inputs) throws Exception {
        byte[] open = OnnxRuntimePeer.withAllOutputs(model);
        try (var peer = OnnxRuntimePeer.load(open, OnnxRuntimePeer.Optimization.NONE)) {
            Map<String, PeerTensor> reference = peer.run(feeds(graph, inputs));
            double[] worst = new double[2];
            Interpreter.run(graph, inputs, (value, tensor) -> {
                PeerTensor expected = reference.get(value.name());
                boolean constant = !value.isInput() && value.producer().op() instanceof Constant;
                if (expected != null && !constant && tensor.type().storage() == ScalarType.F32) {
                    worst[0] = Math.max(worst[0], relativeError(expected, tensor, value));
                    worst[1]++;
                }
            });
            if (worst[1] < reference.size() / 4) {
                throw new AssertionError("only " + worst[1] + " of " + reference.size() + " values were compared");
            }
            return worst[0];
        }
    }

    private static Map<String, PeerTensor> feeds(Graph graph, List<Tensor> inputs) {
        Map<String, PeerTensor> fed = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            fed.put(graph.inputs().get(i).name(), peer(inputs.get(i)));
        }
        return fed;
    }

    /** Largest difference of any f32 output, relative to the largest magnitude of the reference. */
    static double relativeError(byte[] model, Graph graph, List<Tensor> inputs) throws Exception {
        List<PeerTensor> reference = expected(model, graph, inputs);
        List<Tensor> outputs = Interpreter.run(graph, inputs, null);
        double worst = 0;
        for (int i = 0; i < outputs.size(); i++) {
            worst = Math.max(worst, relativeError(reference.get(i), outputs.get(i), graph.outputs().get(i)));
        }
        return worst;
    }

    /** As the other, for one output; infinite where shapes differ or a value is not finite in one of both. */
    static double relativeError(PeerTensor reference, Tensor actual, Value value) {
        Tensor expected = Tensor.unpack(value.type(), MemorySegment.ofArray(reference.data()));
        int[] dims = java.util.Arrays.stream(reference.dims()).mapToInt(Math::toIntExact).toArray();
        if (!java.util.Arrays.equals(dims, actual.type().shape().toArray())) {
            return Double.POSITIVE_INFINITY;
        }
        if (actual.type().storage() != ScalarType.F32) {
            return expected.countDifferences(actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < actual.size(); i++) {
            double e = expected.floats()[i];
            double a = actual.floats()[i];
            if (!Double.isFinite(e) || !Double.isFinite(a)) {
                return Double.compare(e, a) == 0 ? difference : Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, Math.abs(e));
            difference = Math.max(difference, Math.abs(e - a));
        }
        return largest == 0 ? difference : difference / largest;
    }
}
