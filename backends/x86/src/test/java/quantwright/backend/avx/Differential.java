package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.HostFeatures;
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
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/** Small graphs run by the compiled code and by the interpreter; every tensor must agree in every bit. */
final class Differential {
    static final float[] SPECIAL = {0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, Float.NaN, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE,
        88.7f, -87.3f, -103.9f, 100f, 4.1f, -6f, 1e-20f, 16777216f, 0.9375f, 0.75f};
    final Random random;
    Graph graph;
    private int names;

    Differential(long seed) {
        random = new Random(seed);
        begin();
    }

    /** Starts a new graph. */
    void begin() {
        graph = new Graph("case", Level.QUANT);
        names = 0;
    }

    static HardwareProfile profile() {
        return profile(KernelRunner.AVX512, 512);
    }

    private static HardwareProfile profile(Set<CpuFeature> extensions, int bits) {
        List<String> features = extensions.stream().map(CpuFeature::llvmName).sorted().toList();
        CpuMachine machine = new CpuMachine("x86_64", "generic", features, bits, 32768, 1048576);
        return new HardwareProfile("test", "test", Optional.of(machine), new QuantizationRules("f32", true, true,
                true), "0");
    }

    /** Skips the test where this host cannot run the code. */
    static void assumeHost() {
        try (KernelRunner runner = new KernelRunner(KernelRunner.AVX512)) {
            assumeTrue(HostFeatures.detect().supports(runner.target()), "this host has no AVX-512 VNNI");
        }
        try {
            quantwright.backend.llvm.LlvmToolchain.open();
        } catch (quantwright.backend.llvm.LlvmUnavailable e) {
            assumeTrue(false, e.getMessage());
        }
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
        node.result().setName("v" + names++);
        return node.result();
    }

    void output(Value value) {
        graph.addOutput("out" + graph.outputs().size(), value);
    }

    /** A random i8 type; the zero point is often an extreme. */
    QuantizedType.PerTensor i8() {
        return quantized(ScalarType.I8);
    }

    QuantizedType.PerTensor quantized(ScalarType storage) {
        int low = (int) Math.max(storage.minValue(), -30000);
        int high = (int) Math.min(storage.maxValue(), 60000);
        int zero = switch (random.nextInt(5)) {
            case 0 -> low;
            case 1 -> high;
            case 2 -> 0;
            default -> random.nextInt(low, high + 1);
        };
        return QuantizedType.perTensor(storage, (float) Math.exp(random.nextGaussian() - 3), zero);
    }

    int dim(int most) {
        return 1 + random.nextInt(most);
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Random elements, extremes included. */
    Tensor random(TensorType type) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            switch (type.storage()) {
                case F32 -> t.floats()[i] = random.nextInt(8) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : (float) (random.nextGaussian() * Math.exp(random.nextGaussian() * 2));
                case F64 -> t.doubles()[i] = random.nextGaussian() * 1000;
                case BOOL -> t.bytes()[i] = (byte) random.nextInt(2);
                default -> t.setInteger(i, switch (random.nextInt(8)) {
                    case 0 -> type.storage().bits() == 64 ? Long.MIN_VALUE : type.storage().minValue();
                    case 1 -> type.storage().bits() == 64 ? Long.MAX_VALUE : type.storage().maxValue();
                    case 2 -> random.nextInt(8);
                    default -> random.nextLong();
                });
            }
        }
        return t;
    }

    /** Compiles and runs the graph without comparing. */
    List<Tensor> run(List<Tensor> inputs) {
        AvxBackend backend = new AvxBackend();
        try (Executor executor = backend.load(backend.compile(new CompileRequest(graph, profile(), "test",
                CompileRequest.Progress.SILENT)))) {
            return executor.run(inputs);
        }
    }

    /** Compiles the graph, runs it on random inputs and compares. */
    void check(String what) {
        check(what, graph.inputs().stream().map(v -> random(v.type())).toList());
    }

    void check(String what, List<Tensor> inputs) {
        check(what + " AVX-512", profile(), inputs);
        check(what + " AVX2", profile(KernelRunner.AVX2, 256), inputs);
    }

    private void check(String what, HardwareProfile profile, List<Tensor> inputs) {
        AvxBackend backend = new AvxBackend();
        CompiledModel model;
        try {
            model = backend.compile(new CompileRequest(graph, profile, "test", CompileRequest.Progress.SILENT));
        } catch (BackendUnavailable e) {
            assumeTrue(false, e.getMessage());
            return;
        }
        Map<String, Tensor> expected = new HashMap<>();
        List<Tensor> outputs = Interpreter.run(graph, inputs.stream().map(Tensor::copy).toList(),
                (value, tensor) -> expected.put(value.name(), tensor.copy()));
        try (Executor executor = backend.load(model)) {
            List<String> wrong = new ArrayList<>();
            List<Tensor> actual = executor.run(inputs, (name, tensor) -> {
                if (expected.containsKey(name)) {
                    compare(name, expected.get(name), tensor, wrong);
                }
            });
            assertEquals(outputs.size(), actual.size());
            for (int i = 0; i < outputs.size(); i++) {
                compare("output " + i, outputs.get(i), actual.get(i), wrong);
            }
            List<Tensor> plain = executor.run(inputs);
            for (int i = 0; i < outputs.size(); i++) {
                compare("untraced output " + i, outputs.get(i), plain.get(i), wrong);
            }
            assertTrue(wrong.isEmpty(), () -> what + ": " + wrong + "\n" + model.manifest().steps() + "\n"
                    + graph.nodes().stream().map(n -> n.op() + " " + n.operands().stream().map(Value::type).toList()
                    + " -> "
                    + n.result().type()).toList());
        }
    }

    private static void compare(String name, Tensor expected, Tensor actual, List<String> wrong) {
        long different = expected.countDifferences(actual);
        if (different > 0) {
            StringBuilder first = new StringBuilder();
            for (int i = 0, shown = 0; i < expected.size() && shown < 3; i++) {
                String a = element(expected, i);
                String b = element(actual, i);
                if (!a.equals(b)) {
                    first.append(" [").append(i).append("] ").append(a).append(" got ").append(b);
                    shown++;
                }
            }
            wrong.add(name + ": " + different + " of " + expected.size() + " differ," + first);
        }
    }

    private static String element(Tensor t, int i) {
        return switch (t.type().storage()) {
            case F32 -> Float.toHexString(t.floats()[i]);
            case F64 -> Double.toHexString(t.doubles()[i]);
            default -> Long.toString(t.integer(i));
        };
    }
}
