package quantwright.backend.llvm.cases;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

/** Small graphs run by the compiled code and by the interpreter; every tensor must agree in every bit. */
public final class Differential {
    public static final float[] SPECIAL = {0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, 2.5f, Float.NaN, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE,
        88.7f, -87.3f, -103.9f, 100f, 4.1f, -6f, 1e-20f, 16777216f, 0.9375f, 0.75f};
    public final Random random;
    public Graph graph;
    private final GraphMachine machine;
    private int names;

    public Differential(long seed, GraphMachine machine) {
        this.machine = machine;
        random = new Random(seed);
        begin();
    }

    /** Starts a new graph. */
    public void begin() {
        graph = new Graph("case", Level.QUANT);
        names = 0;
    }

    /** Skips the running test where the machine cannot be had. */
    public void assume() {
        machine.assume();
    }

    /** Runs what the machine kept. */
    public void finish() {
        machine.finish();
    }

    public Value input(ElementType element, int... dims) {
        return graph.addInput("in" + graph.inputs().size(), TensorType.of(element, dims));
    }

    public Value constant(Tensor data) {
        return name(graph.append(new Constant(ConstantData.of(data)), List.of(), Location.UNKNOWN));
    }

    public Value node(Op op, Value... operands) {
        return name(graph.append(op, List.of(operands), Location.UNKNOWN));
    }

    public Value node(Op op, ElementType result, Value... operands) {
        return name(graph.append(op, List.of(operands), result, Location.UNKNOWN));
    }

    private Value name(Node node) {
        node.result().setName("v" + names++);
        return node.result();
    }

    public void output(Value value) {
        graph.addOutput("out" + graph.outputs().size(), value);
    }

    /** A random i8 type; the zero point is often an extreme. */
    public QuantizedType.PerTensor i8() {
        return quantized(ScalarType.I8);
    }

    public QuantizedType.PerTensor quantized(ScalarType storage) {
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

    public int dim(int most) {
        return 1 + random.nextInt(most);
    }

    public <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Random elements, extremes included. */
    public Tensor random(TensorType type) {
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
    public List<Tensor> run(List<Tensor> inputs) {
        return machine.run(graph, inputs);
    }

    /** Compiles the graph, runs it on random inputs and compares. */
    public void check(String what) {
        check(what, graph.inputs().stream().map(v -> random(v.type())).toList());
    }

    public void check(String what, List<Tensor> inputs) {
        Map<String, Tensor> expected = new HashMap<>();
        List<Tensor> outputs = Interpreter.run(graph, inputs.stream().map(Tensor::copy).toList(),
                (value, tensor) -> expected.put(value.name(), tensor.copy()));
        machine.check(what, graph, inputs, expected, outputs);
    }

    /** Adds to {@code wrong} how a tensor differs, if it does. */
    public static void compare(String name, Tensor expected, Tensor actual, List<String> wrong) {
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
