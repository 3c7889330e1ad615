package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** An executor outlives its traced runs: calibration makes as many as there are samples. */
class TracedRunTest {
    private static final int COLLECTIONS = 50;

    @BeforeAll
    static void host() {
        X86Machines.graphs().assume();
    }

    @Test
    void whatARunToldItsCallerIsNotKept() throws InterruptedException {
        Graph g = new Graph("g", Level.TILE);
        var x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 8));
        var y = g.append(new Unary(UnaryKind.TANH), List.of(x), Location.UNKNOWN).result();
        y.setName("y");
        var z = g.append(new Unary(UnaryKind.SIGMOID), List.of(y), Location.UNKNOWN).result();
        z.setName("z");
        g.addOutput("z", z);
        AvxBackend backend = new AvxBackend();
        var request = new CompileRequest(g, X86Machines.graphs().profiles().getFirst(), "m", CompileRequest.Progress.SILENT);
        try (Executor executor = backend.load(backend.compile(request))) {
            WeakReference<int[]> told = run(executor);
            for (int i = 0; i < COLLECTIONS && told.get() != null; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertNull(told.get());
        }
    }

    private static WeakReference<int[]> run(Executor executor) {
        int[] told = new int[1];
        executor.run(List.of(Tensor.zeros(TensorType.of(ScalarType.F32, 1, 8))), (_, _) -> told[0]++);
        assertEquals(1, told[0], "y alone is in the arena");
        return new WeakReference<>(told);
    }
}
