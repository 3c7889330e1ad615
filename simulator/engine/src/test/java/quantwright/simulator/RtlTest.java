package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.npu.isa.Dataflow;

/**
 * The register engine against a systolic array in Verilog, run by Icarus Verilog: every register that shows, after every
 * clock edge. Operands go into the Verilog array by a schedule of this test's own, so that the engine's is checked too.
 */
class RtlTest {
    @TempDir
    private Path folder;

    /** What one edge is given. */
    private record Edge(boolean clear, boolean load, boolean resting, int[] left, int[] top) {
        String line() {
            return bit(clear) + " " + bit(load) + " " + bit(resting) + " " + hex(left) + " " + hex(top) + "\n";
        }

        private static String bit(boolean b) {
            return b ? "1" : "0";
        }

        /** The first value in the least significant bits. */
        private static String hex(int[] values) {
            var out = new StringBuilder();
            for (int i = values.length - 1; i >= 0; i--) {
                out.append(String.format("%08x", values[i]));
            }
            return out.toString();
        }
    }

    @Test
    void registersAgreeAfterEveryEdge() throws IOException, InterruptedException {
        boolean installed = Path.of("/usr/bin/iverilog").toFile().canExecute()
            || new ProcessBuilder("sh", "-c", "command -v iverilog").start().waitFor() == 0;
        if (!installed) {
            System.err.println("SKIPPED: RtlTest needs Icarus Verilog (Debian package iverilog)");
        }
        assumeTrue(installed, "SKIPPED: Icarus Verilog is absent (Debian package iverilog)");
        var random = new Random(31);
        for (int i = 0; i < 9; i++) {
            int rows = 1 + random.nextInt(5);
            int columns = 1 + random.nextInt(5);
            int m = 1 + random.nextInt(8);
            int k = 1 + random.nextInt(i % 3 == 1 ? 12 : rows);
            int n = 1 + random.nextInt(columns);
            Dataflow dataflow = Dataflow.values()[i % 3];
            if (dataflow == Dataflow.OUTPUT_STATIONARY) {
                m = 1 + random.nextInt(rows);
            } else if (dataflow == Dataflow.INPUT_STATIONARY) {
                m = 1 + random.nextInt(columns);
                n = 1 + random.nextInt(8);
            }
            compare(dataflow, rows, columns, ExactTest.matrix(random, m, k), ExactTest.matrix(random, k, n));
        }
    }

    private void compare(Dataflow dataflow, int rows, int columns, int[][] a, int[][] b)
            throws IOException, InterruptedException {
        boolean resting = dataflow == Dataflow.OUTPUT_STATIONARY;
        // Input-stationary is weight-stationary with the operands' roles exchanged.
        int[][] moving = dataflow == Dataflow.INPUT_STATIONARY ? transposed(b) : a;
        int[][] tile = dataflow == Dataflow.INPUT_STATIONARY ? transposed(a) : b;
        List<Edge> edges = resting ? outputStationary(rows, columns, a, b) : stationary(rows, columns, moving, tile);
        List<String> lines = verilog(rows, columns, edges);
        assertEquals(edges.size(), lines.size());
        var engine = new RegisterEngine(rows, columns);
        int at = 0;
        int loads = 0;
        int[][] product = new int[moving.length][tile[0].length];
        for (Edge edge : edges) {
            String[] words = lines.get(at).split(" ");
            if (edge.clear()) {
                engine.clear();
            } else if (edge.load()) {
                loads++;
            } else if (resting) {
                engine.outputStationaryEdge(edge.left(), edge.top());
            } else {
                if (loads > 0) {
                    engine.load(tile, 0, 0);
                    assertEquals(rows, loads);
                    loads = 0;
                }
                engine.weightStationaryEdge(edge.left());
            }
            for (int c = 0; c < columns && !edge.load(); c++) {
                assertEquals(word(words[0], c), engine.bottom(c), dataflow + " edge " + at);
                int row = at - 1 - rows - (rows - 1) - c;
                if (!resting && row >= 0 && row < moving.length && c < tile[0].length) {
                    product[row][c] = word(words[0], c);
                }
                for (int r = 0; r < rows; r++) {
                    assertEquals(word(words[1], r * columns + c), engine.resting(r, c), dataflow + " edge " + at);
                }
            }
            at++;
        }
        if (resting) {
            String held = lines.getLast().split(" ")[1];
            for (int r = 0; r < a.length; r++) {
                for (int c = 0; c < b[0].length; c++) {
                    product[r][c] = word(held, r * columns + c);
                }
            }
        }
        RegisterEngine.Result result = RegisterEngine.multiply(dataflow, rows, columns, a, b);
        // The edge that clears is the test's, not the product's.
        assertEquals(edges.size() - 1, result.cycles(), dataflow.toString());
        assertArrayEquals(result.product(), dataflow == Dataflow.INPUT_STATIONARY ? transposed(product) : product);
    }

    private static List<Edge> stationary(int rows, int columns, int[][] moving, int[][] tile) {
        List<Edge> out = new ArrayList<>(List.of(new Edge(true, false, false, new int[rows], new int[columns])));
        for (int r = rows - 1; r >= 0; r--) {
            out.add(new Edge(false, true, false, new int[rows], row(tile, r, columns)));
        }
        for (int t = 0; t < moving.length + rows + columns - 2; t++) {
            var left = new int[rows];
            for (int r = 0; r < rows; r++) {
                left[r] = t - r >= 0 && t - r < moving.length && r < moving[0].length ? moving[t - r][r] : 0;
            }
            out.add(new Edge(false, false, false, left, new int[columns]));
        }
        return out;
    }

    private static List<Edge> outputStationary(int rows, int columns, int[][] a, int[][] b) {
        List<Edge> out = new ArrayList<>(List.of(new Edge(true, false, true, new int[rows], new int[columns])));
        for (int t = 0; t < b.length + rows + columns - 2; t++) {
            var left = new int[rows];
            var top = new int[columns];
            for (int r = 0; r < Math.min(rows, a.length); r++) {
                left[r] = t - r >= 0 && t - r < b.length ? a[r][t - r] : 0;
            }
            for (int c = 0; c < Math.min(columns, b[0].length); c++) {
                top[c] = t - c >= 0 && t - c < b.length ? b[t - c][c] : 0;
            }
            out.add(new Edge(false, false, true, left, top));
        }
        return out;
    }

    private static int[] row(int[][] matrix, int r, int columns) {
        return r < matrix.length ? java.util.Arrays.copyOf(matrix[r], columns) : new int[columns];
    }

    private static int[][] transposed(int[][] matrix) {
        var out = new int[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[j][i] = matrix[i][j];
            }
        }
        return out;
    }

    private static int word(String hex, int index) {
        int end = hex.length() - 8 * index;
        return Integer.parseUnsignedInt(hex.substring(end - 8, end), 16);
    }

    private List<String> verilog(int rows, int columns, List<Edge> edges) throws IOException, InterruptedException {
        try (var source = RtlTest.class.getResourceAsStream("systolic.v")) {
            Files.write(folder.resolve("systolic.v"), source.readAllBytes());
        }
        var stimulus = new StringBuilder();
        edges.forEach(e -> stimulus.append(e.line()));
        Files.writeString(folder.resolve("stimulus.txt"), stimulus);
        run("iverilog", "-g2005", "-s", "bench", "-Pbench.ROWS=" + rows, "-Pbench.COLUMNS=" + columns, "-o", "bench.vvp",
            "systolic.v");
        return run("vvp", "-n", "bench.vvp").lines().filter(l -> l.matches("[0-9a-fx]+ [0-9a-fx]+")).toList();
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
            .redirectOutput(output.toFile()).start();
        assertEquals(true, process.waitFor(60, TimeUnit.SECONDS), command[0] + " hangs");
        String text = Files.readString(output);
        assertEquals(0, process.exitValue(), text);
        return text;
    }
}
