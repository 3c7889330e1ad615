package quantwright.ir.text;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.FusedBody;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Layout;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Graphs of random ops, attributes, types, names and locations; well formed as text, not verified. */
final class RandomGraphs {
    /** An op with the kinds of attribute that no built-in op has. */
    @OpInfo(mnemonic = "test.everything", summary = "every kind of attribute", operands = {"x..."})
    public record Everything(long wide, double real, String text, Floats floats, Shape shape, ElementType element,
            QuantizedType quantized, TensorType type, ConstantData data, List<Integer> numbers, List<String> texts,
            List<TensorType> types, List<Window2d> windows, List<ScalarType> scalars) implements ExtensionOp {
        @Override
        public List<TensorType> infer(OpContext cx) {
            return List.of();
        }

        @Override
        public List<Tensor> evaluate(List<Tensor> operands, List<TensorType> results) {
            return List.of();
        }

        @Override
        public String costKey() {
            return "";
        }
    }

    private static final float[] FLOATS = {0f, -0f, 1f, -1.5f, Float.MIN_VALUE, Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xffc12345), 0.1f, 1e-20f, 3.4e10f, 0.0235f};
    private static final String[] NAMES = {"", "", "x", "conv/1:0", "a b", "5", "7up", "\"quoted\"\\", "naïve ☃ 𝄞",
            "tab\t\n\u0001",
        "graph", "input", "a.b-c", "\ud800", "_", "%1"};
    private final Random random;
    private final List<Class<? extends Op>> ops;

    RandomGraphs(long seed, OpRegistry registry) {
        random = new Random(seed);
        ops = List.copyOf(registry.all());
    }

    /** A graph with every op of the registry at least once. */
    Graph graph(int depth) {
        Graph graph = new Graph(name(), pick(Level.values()));
        List<Value> values = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            values.add(graph.addInput(name(), type()));
        }
        for (Class<? extends Op> type : ops) {
            if (depth == 0 && type.getSimpleName().equals("Fused")) {
                continue;
            }
            node(graph, values, type, depth);
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            graph.addOutput(name(), values.get(random.nextInt(values.size())));
        }
        return graph;
    }

    private void node(Graph graph, List<Value> values, Class<? extends Op> type, int depth) {
        Op op = (Op) record(type, depth);
        List<Value> operands = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            operands.add(values.get(random.nextInt(values.size())));
        }
        List<TensorType> results = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? random.nextInt(3) : 1; i > 0; i--) {
            results.add(op instanceof Constant c && random.nextInt(4) > 0 ? c.data().type() : type());
        }
        Node node = graph.insertTyped(null, op, operands, results, location(2));
        node.results().forEach(r -> r.setName(random.nextInt(6) == 0 ? "n" + values.size() : name()));
        values.addAll(node.results());
    }

    private Object record(Class<?> type, int depth) {
        RecordForm form = new RecordForm.Cache().of(type);
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getGenericType(), depth);
        }
        return form.create(values);
    }

    private Object value(Type generic, int depth) {
        if (generic instanceof ParameterizedType p) {
            List<Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(value(p.getActualTypeArguments()[0], depth));
            }
            return list;
        }
        Class<?> type = (Class<?>) generic;
        if (type == Rounding.class) {
            return random.nextBoolean() ? Rounding.FLOAT32 : new Rounding.Fixed(new int[] {15, 16,
                    32}[random.nextInt(3)],
                    Rounding.Mode.values()[random.nextInt(3)], pick(Rounding.Intermediate.values()));
        }
        if (type.isEnum()) {
            return pick(type.getEnumConstants());
        }
        return switch (type.getSimpleName()) {
            case "int", "Integer" -> random.nextInt(3) + 1;
            case "long" -> random.nextLong();
            case "float" -> number();
            case "double" -> random.nextInt(3) == 0 ? (double) number() : Double.longBitsToDouble(random.nextLong());
            case "boolean" -> random.nextBoolean();
            case "String" -> name();
            case "Ints" -> Ints.of(random.ints(random.nextInt(5)).toArray());
            case "Floats" -> Floats.of(number(), number());
            case "Shape" -> type().shape();
            case "ElementType" -> type().element();
            case "QuantizedType" -> QuantizedType.perTensor(ScalarType.I8, 0.25f, -3);
            case "TensorType" -> type();
            case "ConstantData" -> data();
            case "FusedBody" -> new FusedBody(graph(depth - 1));
            default -> record(type, depth);
        };
    }

    private ConstantData data() {
        TensorType type = type().canonical();
        byte[] bytes = new byte[(int) type.packedBytes()];
        random.nextBytes(bytes);
        return ConstantData.wrap(type, MemorySegment.ofArray(bytes));
    }

    private float number() {
        return random.nextBoolean() ? FLOATS[random.nextInt(FLOATS.length)] : Float.intBitsToFloat(random.nextInt());
    }

    private TensorType type() {
        int[] dims = new int[random.nextInt(5)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = random.nextInt(8) == 0 ? 0 : random.nextInt(4) + 1;
        }
        Shape shape = Shape.of(dims);
        Optional<Layout> layout = random.nextInt(6) > 0 ? Optional.empty() : Optional.of(new Layout(random.nextInt(16)
                + 1,
                64, 1L << 40, new Layout.Halo(1, 2, 3, random.nextInt(9)), pick(Layout.Encoding.values())));
        int kind = random.nextInt(6);
        if (kind == 0 && dims.length > 0 && dims[0] > 0) {
            float[] scales = new float[dims[0]];
            int[] zeros = new int[dims[0]];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = random.nextFloat() + Float.MIN_VALUE;
                zeros[i] = random.nextInt(3) - 1;
            }
            return new TensorType(new QuantizedType.PerAxis(ScalarType.I8, ScalarType.F16, 0, Floats.of(scales),
                    Ints.of(zeros)), shape, layout);
        }
        if (kind == 1 && dims.length == 1 && dims[0] > 0) {
            return new TensorType(new QuantizedType.PerBlock(ScalarType.U4, ScalarType.BF16, 0, dims[0],
                    Floats.of(0.3f),
                    Ints.of(7)), shape, layout);
        }
        return new TensorType(kind == 2 ? QuantizedType.perTensor(ScalarType.U8, random.nextFloat() + 1e-30f,
                random.nextInt(256)) : pick(ScalarType.values()), shape, layout);
    }

    private Location location(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> new Location.InFile(name(), random.nextInt(), random.nextInt());
            case 1 -> new Location.InModel(name(), name(), name(), random.nextInt());
            case 2 -> new Location.AtByte(name(), random.nextLong());
            case 3 -> Location.UNKNOWN;
            case 4 -> new Location.Fused(name(), List.of());
            default -> new Location.Fused(name(), List.of(location(depth - 1), location(depth - 1)));
        };
    }

    private String name() {
        return NAMES[random.nextInt(NAMES.length)];
    }

    private <T> T pick(T[] from) {
        return from[random.nextInt(from.length)];
    }
}
