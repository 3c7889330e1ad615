package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.backend.InterpreterExecutor;
import quantwright.compiler.data.ArrayDataSet;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.NumericArray;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class CalibratorTest {
    /** Joins of joins, as calibration sees them where their operands are written in place: not at all. */
    @Test
    void joinsThatAreNoStepsAreCountedByTheirOperands() throws Exception {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 2));
        Value a = unary(g, x, UnaryKind.RELU, "a");
        Value b = unary(g, x, UnaryKind.NEG, "b");
        Value inner = join(g, a, b, "inner");
        Value outer = join(g, inner, unary(g, x, UnaryKind.ABS, "c"), "outer");
        Value constant = g.append(new Constant(ConstantData.of(Tensor.ofFloats(new int[] {1, 2}, 7, -9))), List.of(),
                Location.UNKNOWN).result();
        constant.setName("constant");
        Value given = join(g, x, constant, "given");
        g.addOutput("y", unary(g, outer, UnaryKind.TANH, "y"));
        g.addOutput("z", unary(g, given, UnaryKind.TANH, "z"));
        ModelFeed feed = new ModelFeed(new PreparedData(new ArrayDataSet("rows", new NumericArray(NumericType.F32,
                new long[] {2, 2}, MemorySegment.ofArray(new float[] {1, -2, 3, 4})), Optional.empty()), Preprocessing.none(),
                NumericType.F32), g.inputs().getFirst().type());

        Executor whole = new InterpreterExecutor(g);
        CalibrationStatistics all = new Calibrator(g, new Shown(whole, List.of())).run(feed, Progress.SILENT);
        CalibrationStatistics hidden = new Calibrator(g, new Shown(whole, List.of("inner", "outer", "given"))).run(feed,
                Progress.SILENT);

        assertArrayEquals(new float[] {3, 4, 3, 4, 3, 4}, hidden.channels("outer").magnitudes());
        assertArrayEquals(new double[] {2, 2, -2, -1, 2, 3}, hidden.channels("outer").means());
        assertArrayEquals(new double[] {5, 8, 5, 10, 5, 10}, hidden.channels("outer").meanSquares());
        assertArrayEquals(new float[] {3, 4, 7, 9}, hidden.channels("given").magnitudes());
        assertEquals(all.histograms().keySet(), hidden.histograms().keySet());
        assertArrayEquals(all.channels("inner").means(), hidden.channels("inner").means());
        assertEquals(all.of("outer").total(), hidden.of("outer").total(), "counted once");
    }

    private static Value unary(Graph g, Value x, UnaryKind kind, String name) {
        Value v = g.append(new Unary(kind), List.of(x), Location.UNKNOWN).result();
        v.setName(name);
        return v;
    }

    private static Value join(Graph g, Value a, Value b, String name) {
        Value v = g.append(new Concat(1), List.of(a, b), Location.UNKNOWN).result();
        v.setName(name);
        return v;
    }

    /** An executor that does not show some values. */
    private record Shown(Executor whole, List<String> hidden) implements Executor {
        @Override
        public String description() {
            return whole.description();
        }

        @Override
        public List<Tensor> run(List<Tensor> inputs) {
            return whole.run(inputs);
        }

        @Override
        public List<Tensor> run(List<Tensor> inputs, Trace trace) {
            return whole.run(inputs, (name, tensor) -> {
                if (!hidden.contains(name)) {
                    trace.materialised(name, tensor);
                }
            });
        }

        @Override
        public void close() {
        }
    }
}
