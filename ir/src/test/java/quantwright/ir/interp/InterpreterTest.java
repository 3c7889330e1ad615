package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Fused;
import quantwright.ir.op.FusedBody;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.Relayout;
import quantwright.ir.op.TargetOp;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class InterpreterTest {
    private static final TensorType PAIR = TensorType.of(ScalarType.F32, 2);
    private static final Op ADD = new Binary(BinaryKind.ADD);
    private static final Op RELU = new Unary(UnaryKind.RELU);

    @OpInfo(mnemonic = "test.twice", summary = "doubles", operands = {"x"})
    record Twice() implements TargetOp {
        @Override
        public List<TensorType> infer(quantwright.ir.op.OpContext cx) {
            return cx.like(cx.shape(0));
        }

        @Override
        public List<Tensor> evaluate(List<Tensor> operands, List<TensorType> results) {
            return List.of(Ops.eval(ADD, operands.get(0), operands.get(0)));
        }

        @Override
        public String costKey() {
            return "twice";
        }
    }

    /** (x + [1, -5]) through relu, and x itself. */
    private static Graph sample() {
        Graph graph = new Graph("sample", Level.GRAPH);
        Value x = graph.addInput("x", PAIR);
        Value c = graph.append(new Constant(ConstantData.of(Ops.vector(1, -5))), List.of(), Location.UNKNOWN).result();
        Value sum = graph.append(ADD, List.of(x, c), Location.UNKNOWN).result();
        Value y = graph.append(RELU, List.of(sum), Location.UNKNOWN).result();
        graph.addOutput("y", y);
        graph.addOutput("x again", x);
        return graph;
    }

    @Test
    void runsNodesInOrderAndShowsEveryValue() {
        Graph graph = sample();
        List<Value> seen = new ArrayList<>();
        List<Tensor> out = Interpreter.run(graph, List.of(Ops.vector(2, 3)), (v, t) -> {
            assertEquals(v.type().canonical(), t.type());
            seen.add(v);
        });
        assertArrayEquals(new float[] {3, 0}, out.get(0).floats());
        assertArrayEquals(new float[] {2, 3}, out.get(1).floats());
        List<Value> expected = new ArrayList<>(graph.inputs());
        graph.nodes().forEach(n -> expected.addAll(n.results()));
        assertEquals(expected, seen);
    }

    @Test
    void rejectsInputsThatDoNotFit() {
        Graph graph = sample();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Interpreter.run(graph, List.of(), null))
                .getMessage().contains("takes 1"));
        String message = assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(graph, List.of(Ops.vector(1, 2, 3)), null)).getMessage();
        assertEquals("input 0 \"x\" is f32 2, not f32 3", message);
        assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(graph, List.of(Ops.i64(Ops.dims(2), 1, 2)), null));
    }

    @Test
    void evaluateChecksOperandsAgainstTheOp() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Interpreter.evaluate(ADD,
                List.of(Ops.vector(1, 2), Ops.vector(1, 2, 3)), List.of(PAIR)));
        assertTrue(e.getMessage().startsWith("binary_c2"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Interpreter.evaluate(ADD,
                List.of(Ops.vector(1, 2), Ops.vector(1, 2)), List.of(TensorType.of(ScalarType.F32, 1, 2))));
    }

    @Test
    void fusedIsItsBodyAndTargetOpsEvaluateThemselves() {
        Graph body = new Graph("body", Level.TILE);
        Value a = body.addInput("a", PAIR);
        Value twice = body.append(new Twice(), List.of(a), Location.UNKNOWN).result();
        body.addOutput("r", body.append(RELU, List.of(twice), Location.UNKNOWN).result());
        body.addOutput("t", twice);
        Fused fused = new Fused(new FusedBody(body));
        List<Tensor> out = Interpreter.evaluate(fused, List.of(Ops.vector(3, -4)), List.of(PAIR, PAIR));
        assertArrayEquals(new float[] {6, 0}, out.get(0).floats());
        assertArrayEquals(new float[] {6, -8}, out.get(1).floats());
        Tensor x = Ops.vector(1, 2);
        assertSame(x, Interpreter.evaluate(new Relayout(), List.of(x), List.of(PAIR)).get(0));
    }

    @Test
    void releasesDeadValues() {
        // 300 values of 16 MiB each pass through; kept alive together they would not fit the heap of a test.
        Graph graph = new Graph("chain", Level.GRAPH);
        Value v = graph.addInput("x", TensorType.of(ScalarType.F32, 1 << 22));
        for (int i = 0; i < 300; i++) {
            v = graph.append(RELU, List.of(v), Location.UNKNOWN).result();
        }
        graph.addOutput("y", v);
        Tensor x = Tensor.zeros(TensorType.of(ScalarType.F32, 1 << 22));
        x.floats()[7] = 1;
        assertEquals(1, Interpreter.run(graph, List.of(x), null).get(0).floats()[7]);
    }
}
