package quantwright.backend.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Op;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/** Random small graphs, run by their generated class and by the interpreter; every tensor must agree in every bit. */
final class Cases {
    private static final float[] SPECIAL = {0f, -0f, 1f, -1f, 0.5f, -0.5f, 2.5f, Float.NaN, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, 88.7f, -103.9f, 16777216f};
    final Random random;
    private Graph graph;

    Cases(long seed) {
        random = new Random(seed);
        begin();
    }

    void begin() {
        graph = new Graph("case", Level.QUANT);
    }

    Value input(ElementType element, int... dims) {
        return graph.addInput("in" + graph.inputs().size(), TensorType.of(element, dims));
    }

    Value constant(Tensor data) {
        return name(graph.append(new Constant(ConstantData.of(data)), List.of(), Location.UNKNOWN));
    }

    Value node(Op op, Value... operands) {
        return name(graph.append(op, List.of(operands), Location.UNKNOWN));
    }

    Value node(Op op, ElementType result, Value... operands) {
        return name(graph.append(op, List.of(operands), result, Location.UNKNOWN));
    }

    private Value name(Node node) {
        node.result().setName("v" + graph.size());
        return node.result();
    }

    int dim(int most) {
        return 1 + random.nextInt(most);
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** A quantized type; the zero point is often an extreme. */
    QuantizedType.PerTensor quantized(ScalarType storage) {
        int low = (int) storage.minValue();
        int high = (int) storage.maxValue();
        int zero = switch (random.nextInt(4)) {
            case 0 -> low;
            case 1 -> high;
            default -> random.nextInt(low, high + 1);
        };
        return QuantizedType.perTensor(storage, (float) Math.exp(random.nextGaussian() - 3), zero);
    }

    /** Random elements, extremes included. */
    Tensor random(TensorType type) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            switch (type.storage()) {
                case F32 -> t.floats()[i] = random.nextInt(40) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : (float) random.nextGaussian();
                case BOOL -> t.bytes()[i] = (byte) random.nextInt(2);
                default -> t.setInteger(i, switch (random.nextInt(8)) {
                    case 0 -> type.storage().minValue();
                    case 1 -> type.storage().maxValue();
                    default -> random.nextLong();
                });
            }
        }
        return t;
    }

    /** A profile of bytecode; what it is called does not matter. */
    static HardwareProfile profile() {
        return new HardwareProfile("test", "test", Optional.empty(), new QuantizationRules("f32", true, true, true),
                "0");
    }

    /** Compiles the graph, runs it on random inputs, traced and not, and compares. */
    void check(String what, Value... outputs) {
        for (Value output : outputs) {
            graph.addOutput("out" + graph.outputs().size(), output);
        }
        List<Tensor> inputs = graph.inputs().stream().map(v -> random(v.type())).toList();
        Map<String, Tensor> expected = new HashMap<>();
        List<Tensor> wanted = Interpreter.run(graph, inputs.stream().map(Tensor::copy).toList(),
                (value, tensor) -> expected.put(value.name(), tensor.copy()));
        JvmBackend backend = new JvmBackend();
        Map<String, Long> differing = new TreeMap<>();
        try (Executor executor = backend.load(backend.compile(new CompileRequest(graph, profile(), "test",
                Progress.SILENT)))) {
            List<Tensor> traced = executor.run(inputs, (name, tensor) ->
                    count(name, expected.get(name), tensor, differing));
            List<Tensor> plain = executor.run(inputs);
            for (int i = 0; i < wanted.size(); i++) {
                count("traced output " + i, wanted.get(i), traced.get(i), differing);
                count("output " + i, wanted.get(i), plain.get(i), differing);
            }
        }
        assertEquals(Map.of(), differing, () -> what + "\n" + graph.nodes().stream().map(n -> n.op() + " "
                + n.operands().stream().map(Value::type).toList() + " -> " + n.result().type()).toList());
        begin();
    }

    private static void count(String name, Tensor expected, Tensor actual, Map<String, Long> differing) {
        long n = expected.countDifferences(actual);
        if (n > 0) {
            differing.put(name, n);
        }
    }
}
