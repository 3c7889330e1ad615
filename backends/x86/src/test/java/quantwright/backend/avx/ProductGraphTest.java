package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.HostFeatures;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/** Whole graphs of convolutions, dense layers and fused additions against the interpreter, every materialised byte. */
class ProductGraphTest {
    private static final HardwareProfile PROFILE = new HardwareProfile("test-vnni", "test", Optional.of(new CpuMachine(
            "x86_64", "generic", List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni", "avx512vbmi", "bmi2"),
            512, 32 << 10, 1 << 20)), new QuantizationRules("f32", true, false, true), "0");

    private static final HardwareProfile AVX2 = new HardwareProfile("test-avx2", "test", Optional.of(new CpuMachine(
            "x86_64", "generic", List.of("avx2", "fma", "bmi2"), 256, 32 << 10, 1 << 20)),
            new QuantizationRules("f32", true, false, true), "0");

    @Test
    void randomNetworksAreBitEqual() {
        assumeTrue(HostFeatures.detect().features().contains(CpuFeature.AVX512VNNI), "SKIPPED: no AVX-512 VNNI here");
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Graph graph = network(random, seed);
            Tensor input = bytes(random, graph.inputs().getFirst().type());
            compare(graph, input, "seed " + seed);
        }
    }

    @Test
    void anAdditionOfTwoConvolutionsIsFusedOnce() {
        assumeTrue(HostFeatures.detect().features().contains(CpuFeature.AVX512VNNI), "SKIPPED: no AVX-512 VNNI here");
        Random random = new Random(7);
        Graph g = new Graph("two", Level.QUANT);
        Value x = g.addInput("x", new TensorType(activation(random), Shape.of(1, 6, 5, 9)));
        Value a = conv(g, random, x, Window2d.of(1, 1, 1, 1), 1, 20, Rounding.FLOAT32);
        a.setName("a");
        Value b = conv(g, random, x, Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1, 20, Rounding.FLOAT32);
        b.setName("b");
        Value sum = g.append(new QAdd(false, Rounding.FLOAT32, Clamp.full(ScalarType.I8)), List.of(a, b), activation(random),
                Location.UNKNOWN).result();
        sum.setName("sum");
        g.addOutput("y", sum);
        compare(g, bytes(random, x.type()), "two convolutions");
    }

    @Test
    void randomFloatNetworksAreBitEqual() {
        assumeTrue(HostFeatures.detect().features().contains(CpuFeature.AVX512VNNI), "SKIPPED: no AVX-512 VNNI here");
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(1000 + seed);
            Graph graph = floatNetwork(random);
            Tensor input = reals(random, graph.inputs().getFirst().type().shape());
            compare(graph, input, "float seed " + seed);
        }
    }

    private static Graph floatNetwork(Random random) {
        Graph g = new Graph("random", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1 + random.nextInt(2), 3 + random.nextInt(9),
                3 + random.nextInt(9), 1 + random.nextInt(40)));
        int batch = x.type().dim(0);
        int n = 0;
        for (int layer = 0; layer < 3; layer++) {
            int channels = x.type().dim(3);
            boolean depthwise = random.nextInt(3) == 0;
            int k = depthwise || random.nextBoolean() ? 3 : 1;
            int stride = 1 + random.nextInt(2);
            int out = depthwise ? channels : 1 + random.nextInt(40);
            Window2d window = Window2d.of(k, k, stride, stride).padded(k / 2, k / 2, k / 2, k / 2);
            Value y = g.append(new Conv2d(window, depthwise ? channels : 1), List.of(x,
                    constant(g, reals(random, Shape.of(out, k, k, depthwise ? 1 : channels))),
                    constant(g, reals(random, Shape.of(out)))), Location.UNKNOWN).result();
            y.setName("v" + n++);
            y = activation(g, random, y);
            y.setName("v" + n++);
            if (y.type().shape().equals(x.type().shape()) && random.nextBoolean()) {
                y = g.append(new Binary(BinaryKind.ADD), List.of(x, y), Location.UNKNOWN).result();
                y.setName("v" + n++);
                y = activation(g, random, y);
                y.setName("v" + n++);
            }
            x = y;
        }
        int features = (int) (x.type().shape().elementCount() / batch);
        Value flat = g.append(new Reshape(Ints.of(batch, features)), List.of(x), Location.UNKNOWN).result();
        flat.setName("v" + n++);
        Value dense = g.append(new Dense(), List.of(flat, constant(g, reals(random, Shape.of(10, features)))),
                Location.UNKNOWN).result();
        dense.setName("v" + n);
        g.addOutput("y", dense);
        return g;
    }

    private static Value activation(Graph g, Random random, Value x) {
        Op op = switch (random.nextInt(3)) {
            case 0 -> new Unary(UnaryKind.RELU);
            case 1 -> new Clip(0, 6);
            default -> new LeakyRelu(0.1f);
        };
        return g.append(op, List.of(x), Location.UNKNOWN).result();
    }

    private static Tensor reals(Random random, Shape shape) {
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(new TensorType(ScalarType.F32, shape), values);
    }

    private static void compare(Graph graph, Tensor input, String what) {
        compare(graph, input, PROFILE, what);
        compare(graph, input, AVX2, what + " avx2");
    }

    private static void compare(Graph graph, Tensor input, HardwareProfile profile, String what) {
        Map<String, Tensor> expected = new TreeMap<>();
        List<Tensor> outputs = Interpreter.run(graph, List.of(input), (v, t) -> expected.put(v.name(), t));
        AvxBackend backend = new AvxBackend();
        CompiledModel model = backend.compile(new CompileRequest(graph, profile, "m", CompileRequest.Progress.SILENT));
        try (Executor executor = backend.load(model)) {
            int[] seen = {0};
            List<Tensor> actual = executor.run(List.of(input), (name, tensor) -> {
                seen[0]++;
                assertEquals(0, tensor.countDifferences(expected.get(name)), what + " " + name);
            });
            assertTrue(seen[0] > 0, "nothing was materialised");
            for (int i = 0; i < outputs.size(); i++) {
                assertEquals(0, actual.get(i).countDifferences(outputs.get(i)), what + " output " + i);
            }
        }
    }

    private static Graph network(Random random, int seed) {
        Graph g = new Graph("random", Level.QUANT);
        int h = 3 + random.nextInt(9);
        int w = 3 + random.nextInt(9);
        int c = 1 + random.nextInt(40);
        int batch = 1 + random.nextInt(2);
        Value x = g.addInput("x", new TensorType(activation(random), Shape.of(batch, h, w, c)));
        Rounding rounding = List.of(Rounding.SINGLE_ROUNDING, Rounding.FLOAT32, Rounding.GEMMLOWP,
            Rounding.DOUBLE_HALF_UP).get(seed % 4);
        int n = 0;
        for (int layer = 0; layer < 3; layer++) {
            int channels = x.type().dim(3);
            boolean depthwise = random.nextInt(3) == 0;
            int k = depthwise || random.nextBoolean() ? 3 : 1;
            int stride = 1 + random.nextInt(2);
            Window2d window = Window2d.of(k, k, stride, stride).padded(k / 2, k / 2, k / 2, k / 2);
            int out = depthwise ? channels : 1 + random.nextInt(40);
            Value conv = conv(g, random, x, window, depthwise ? channels : 1, out, rounding);
            conv.setName("v" + n++);
            if (rounding == Rounding.FLOAT32 && conv.type().shape().equals(x.type().shape()) && random.nextBoolean()) {
                conv = g.append(new QAdd(false, Rounding.FLOAT32, Clamp.full(ScalarType.I8)), List.of(conv, x),
                        activation(random), Location.UNKNOWN).result();
                conv.setName("v" + n++);
            }
            x = conv;
        }
        int features = (int) (x.type().shape().elementCount() / batch);
        Value flat = g.append(new Reshape(Ints.of(batch, features)), List.of(x), Location.UNKNOWN).result();
        flat.setName("v" + n++);
        TensorType weights = new TensorType(QuantizedType.perTensor(weightStorage(random), 0.01f, 0),
                Shape.of(10, features));
        Value dense = g.append(new QDense(rounding, Clamp.full(ScalarType.I8)),
                List.of(flat, constant(g, bytes(random, weights))), activation(random), Location.UNKNOWN).result();
        dense.setName("v" + n);
        g.addOutput("y", dense);
        return g;
    }

    private static Value conv(Graph g, Random random, Value x, Window2d window, int groups, int out, Rounding rounding) {
        int channels = x.type().dim(3);
        float[] scales = new float[out];
        int[] bias = new int[out];
        for (int i = 0; i < out; i++) {
            scales[i] = 0.002f + random.nextFloat() * 0.01f;
            bias[i] = random.nextInt(4001) - 2000;
        }
        TensorType weights = new TensorType(QuantizedType.perAxis(weightStorage(random), 0, scales),
                Shape.of(out, window.kernelH(), window.kernelW(), channels / groups));
        int low = -128 + random.nextInt(3) * 40;
        return g.append(new QConv2d(window, groups, rounding, new Clamp(low, random.nextBoolean() ? 127 : 90)),
                List.of(x, constant(g, bytes(random, weights)), constant(g, Tensor.of(TensorType.of(ScalarType.I32, out), bias))),
                activation(random), Location.UNKNOWN).result();
    }

    private static Value constant(Graph g, Tensor t) {
        return g.append(new Constant(ConstantData.of(t)), List.of(), Location.UNKNOWN).result();
    }

    private static QuantizedType activation(Random random) {
        int[] zeros = {-128, 127, 0, 5, -37};
        return QuantizedType.perTensor(ScalarType.I8, 0.01f + random.nextFloat() * 0.2f, zeros[random.nextInt(zeros.length)]);
    }

    private static Tensor bytes(Random random, TensorType type) {
        byte[] b = new byte[(int) type.shape().elementCount()];
        random.nextBytes(b);
        int unused = 8 - type.storage().bits();
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (type.storage() == ScalarType.SIGN1 ? b[i] >> 7 | 1 : b[i] >> unused);
        }
        return Tensor.of(type, b);
    }

    /** i8 as often as all narrower widths together. */
    private static ScalarType weightStorage(Random random) {
        return List.of(ScalarType.I8, ScalarType.I8, ScalarType.I8, ScalarType.I4, ScalarType.I2, ScalarType.SIGN1)
                .get(random.nextInt(6));
    }
}
