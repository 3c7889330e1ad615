package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Op;
import quantwright.ir.op.Transpose;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Builds small graphs, runs passes on them, and compares what they compute before and after. */
final class PassFixture {
    static final Ints NHWC = Ints.of(0, 2, 3, 1);
    static final Ints NCHW = Ints.of(0, 3, 1, 2);
    final Graph graph;
    final Random random;

    PassFixture() {
        this(Level.QUANT, 1);
    }

    PassFixture(Level level, long seed) {
        graph = new Graph("test", level);
        random = new Random(seed);
    }

    Value input(int... dims) {
        return graph.addInput("x" + graph.inputs().size(), TensorType.of(ScalarType.F32, dims));
    }

    Value input(ElementType element, int... dims) {
        return graph.addInput("x" + graph.inputs().size(), TensorType.of(element, dims));
    }

    Value constant(int[] dims, float... values) {
        return constant(Tensor.ofFloats(dims, values));
    }

    Value constant(Tensor tensor) {
        return graph.append(new Constant(ConstantData.of(tensor)), List.of(), Location.UNKNOWN).result();
    }

    Value scalar(float value) {
        return constant(new int[0], value);
    }

    /** A constant of standard normal elements. */
    Value weights(int... dims) {
        return constant(randomTensor(TensorType.of(ScalarType.F32, dims)));
    }

    /** A constant of elements between 0.5 and 1.5. */
    Value positive(int... dims) {
        Tensor t = Tensor.zeros(TensorType.of(ScalarType.F32, dims));
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = 0.5f + random.nextFloat();
        }
        return constant(t);
    }

    Value op(Op op, Value... operands) {
        return graph.append(op, List.of(operands), Location.UNKNOWN).result();
    }

    Value op(ElementType element, Op op, Value... operands) {
        return graph.append(op, List.of(operands), element, Location.UNKNOWN).result();
    }

    Value transpose(Ints p, Value x) {
        return op(new Transpose(p), x);
    }

    /** {@code op} on channels-last operands, as an importer puts it between channels-first values. */
    Value sandwich(Op op, Value nchw, Value... more) {
        List<Value> operands = new ArrayList<>(List.of(transpose(NHWC, nchw)));
        operands.addAll(Arrays.asList(more));
        return transpose(NCHW, op(op, operands.toArray(Value[]::new)));
    }

    PassFixture output(Value v) {
        graph.addOutput("y" + graph.outputs().size(), v);
        return this;
    }

    Tensor randomTensor(TensorType type) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            if (type.storage() == ScalarType.F32) {
                t.floats()[i] = (float) random.nextGaussian();
            } else {
                t.setInteger(i, random.nextInt());
            }
        }
        return t;
    }

    List<Tensor> randomInputs() {
        return graph.inputs().stream().map(v -> randomTensor(v.type())).toList();
    }

    /** Runs the pass; counters of its rewrites. */
    Map<String, Integer> run(Pass pass) {
        PassContext context = new PassContext(new DiagnosticSink());
        boolean changed = pass.run(graph, context);
        assertEquals(!context.hits().isEmpty(), changed, "reported change of " + pass.info().name());
        checkConsistent();
        return context.hits();
    }

    /** Runs the pass and checks that every bit of the outputs stays. */
    Map<String, Integer> runExactly(Pass pass) {
        return runWithin(pass, 0);
    }

    /** Runs the pass and checks outputs to a tolerance relative to the largest element; 0 asks for equal bits. */
    Map<String, Integer> runWithin(Pass pass, double tolerance) {
        List<Tensor> inputs = randomInputs();
        List<Tensor> before = Interpreter.run(graph, inputs, null);
        Map<String, Integer> hits = run(pass);
        List<Tensor> after = Interpreter.run(graph, inputs, null);
        for (int i = 0; i < before.size(); i++) {
            assertEquals(before.get(i).type(), after.get(i).type(), "type of output " + i);
            assertClose(before.get(i), after.get(i), tolerance);
        }
        return hits;
    }

    static void assertClose(Tensor expected, Tensor actual, double tolerance) {
        if (tolerance == 0) {
            assertEquals(0, expected.countDifferences(actual), "differing elements");
            return;
        }
        double largest = 1e-30;
        double error = 0;
        for (int i = 0; i < expected.size(); i++) {
            largest = Math.max(largest, Math.abs(expected.floats()[i]));
            error = Math.max(error, Math.abs(expected.floats()[i] - actual.floats()[i]));
        }
        assertTrue(error <= tolerance * largest, "error " + error + " where the largest element is " + largest);
    }

    /** Execution order and inferred types hold. */
    void checkConsistent() {
        List<Value> known = new ArrayList<>(graph.inputs());
        for (Node node : graph) {
            assertTrue(known.containsAll(node.operands()), () -> "operand after use: " + node);
            List<ElementType> elements = node.results().stream().map(v -> v.type().element()).toList();
            assertEquals(Graph.infer(node.op(), node.operands(), elements),
                    node.results().stream().map(Value::type).toList());
            known.addAll(node.results());
        }
        assertTrue(known.containsAll(graph.outputs()));
    }

    /** Mnemonics of all nodes but constants, in execution order. */
    List<String> ops() {
        return graph.nodes().stream().map(n -> n.op().mnemonic()).filter(m -> !m.equals("constant")).toList();
    }

    long count(String mnemonic) {
        return ops().stream().filter(mnemonic::equals).count();
    }
}
