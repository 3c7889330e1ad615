package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Dataflow;

/** The three engines against each other, and against SCALE-Sim's cycles. */
class ExactTest {
    static List<Gemm.Row> reference() throws IOException {
        Path file = Path.of(System.getProperty("quantwright.data", ""), "reference", "scalesim-gemm.csv");
        assumeTrue(Files.exists(file), "SKIPPED: " + file + " is absent");
        return Gemm.Row.read(file);
    }

    @Test
    void everyRowOfScaleSim() throws IOException {
        List<Gemm.Row> rows = reference();
        assertEquals(108, rows.size());
        for (Gemm.Row row : rows) {
            Gemm g = row.gemm();
            assertTrue(row.agrees(g.cycles()), g.toString());
            assertTrue(row.agrees(ClosedForm.cycles(g.dataflow(), g.rows(), g.columns(), g.m(), g.k(), g.n())),
                g.toString());
        }
    }

    @Test
    void threeEnginesAgree() {
        var random = new Random(5);
        for (int i = 0; i < 300; i++) {
            Dataflow dataflow = Dataflow.values()[i % 3];
            var g = new Gemm(dataflow, 1 + random.nextInt(12), 1 + random.nextInt(12), 1 + random.nextInt(40),
                1 + random.nextInt(40), 1 + random.nextInt(40));
            int[][] a = matrix(random, g.m(), g.k());
            int[][] b = matrix(random, g.k(), g.n());
            RegisterEngine.Result result = RegisterEngine.multiply(dataflow, g.rows(), g.columns(), a, b);
            long closed = ClosedForm.cycles(dataflow, g.rows(), g.columns(), g.m(), g.k(), g.n());
            assertEquals(closed, result.cycles(), g.toString());
            assertEquals(closed, g.cycles(), g.toString());
            assertArrayEquals(product(a, b), result.product(), g.toString());
        }
    }

    static int[][] matrix(Random random, int rows, int columns) {
        var out = new int[rows][columns];
        for (int[] row : out) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextInt(256) - 128;
            }
        }
        return out;
    }

    private static int[][] product(int[][] a, int[][] b) {
        var out = new int[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int p = 0; p < b.length; p++) {
                    out[i][j] += a[i][p] * b[p][j];
                }
            }
        }
        return out;
    }

    /** All rows of the reference by the event-driven engine, warm; a generous limit, as other work may run beside. */
    @Test
    void eventDrivenEngineIsFast() throws IOException {
        List<Gemm.Row> rows = reference();
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            rows.forEach(r -> r.gemm().cycles());
            best = Math.min(best, (System.nanoTime() - start) * 1e-9);
        }
        System.out.printf("event-driven engine, %d GEMMs warm: %.3f s%n", rows.size(), best);
        assertEquals(true, best < 1, "took " + best + " s");
    }
}
