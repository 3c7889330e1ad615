package quantwright.simulator;

import java.util.Arrays;
import quantwright.npu.isa.Dataflow;

/**
 * A systolic array register by register: every clock edge moves every operand one cell on and updates every sum. Slow,
 * and the definition of what the other engines count.
 *
 * <p>Each cell has a register for what moves right, one for what moves down, and one for what rests. Weight-stationary: a
 * weight rests, loaded from above by one row a cycle; inputs move right, sums move down. Output-stationary: the sum
 * rests, inputs move right, weights move down. Input-stationary is weight-stationary with the operands' roles exchanged.
 */
public final class RegisterEngine {
    private final int rows;
    private final int columns;
    private final int[][] right;
    private final int[][] down;
    private final int[][] resting;
    private long cycles;

    /** An array whose registers hold 0. */
    public RegisterEngine(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.right = new int[rows][columns];
        this.down = new int[rows][columns];
        this.resting = new int[rows][columns];
    }

    /**
     * A product and how long it took.
     *
     * @param product M x N sums modulo 2^32
     * @param cycles  clock edges
     */
    public record Result(int[][] product, long cycles) {
    }

    /** Multiplies a (M x K) by b (K x N), tile by tile, by a dataflow. */
    public static Result multiply(Dataflow dataflow, int rows, int columns, int[][] a, int[][] b) {
        var engine = new RegisterEngine(rows, columns);
        int[][] product = switch (dataflow) {
            case WEIGHT_STATIONARY -> engine.stationary(a, b);
            case INPUT_STATIONARY -> transpose(engine.stationary(transpose(b), transpose(a)));
            case OUTPUT_STATIONARY -> engine.outputStationary(a, b);
        };
        return new Result(product, engine.cycles);
    }

    /** Tiles of {@code resting} (K x N) are loaded, vectors of {@code moving} (M x K) stream past. */
    private int[][] stationary(int[][] moving, int[][] resting) {
        int m = moving.length;
        int k = resting.length;
        int n = resting[0].length;
        var out = new int[m][n];
        for (int k0 = 0; k0 < k; k0 += rows) {
            for (int n0 = 0; n0 < n; n0 += columns) {
                load(resting, k0, n0);
                stream(moving, k0, n0, out);
            }
        }
        return out;
    }

    /** Shifts a tile in from above, its last row first. */
    public void load(int[][] tile, int k0, int n0) {
        for (int step = 0; step < rows; step++) {
            for (int r = rows - 1; r >= 0; r--) {
                for (int c = 0; c < columns; c++) {
                    resting[r][c] = r > 0 ? resting[r - 1][c] : at(tile, k0 + rows - 1 - step, n0 + c);
                }
            }
            cycles++;
        }
    }

    private void stream(int[][] moving, int k0, int n0, int[][] out) {
        int m = moving.length;
        var left = new int[rows];
        int edges = m + rows + columns - 2;
        for (int t = 0; t < edges; t++) {
            for (int r = 0; r < rows; r++) {
                left[r] = at(moving, t - r, k0 + r);
            }
            weightStationaryEdge(left);
            for (int c = 0; c < columns; c++) {
                int row = t - (rows - 1) - c;
                if (row >= 0 && row < m && n0 + c < out[0].length) {
                    out[row][n0 + c] += down[rows - 1][c];
                }
            }
        }
    }

    /** One edge with inputs at the left side; sums leave at the bottom. */
    public void weightStationaryEdge(int[] left) {
        // From the far corner back, so that each cell reads what its neighbours held before the edge.
        for (int r = rows - 1; r >= 0; r--) {
            for (int c = columns - 1; c >= 0; c--) {
                int x = c > 0 ? right[r][c - 1] : left[r];
                int sum = r > 0 ? down[r - 1][c] : 0;
                right[r][c] = x;
                down[r][c] = sum + x * resting[r][c];
            }
        }
        cycles++;
    }

    private int[][] outputStationary(int[][] a, int[][] b) {
        int m = a.length;
        int k = b.length;
        int n = b[0].length;
        var out = new int[m][n];
        for (int m0 = 0; m0 < m; m0 += rows) {
            for (int n0 = 0; n0 < n; n0 += columns) {
                clear();
                for (int t = 0; t < k + rows + columns - 2; t++) {
                    var left = new int[rows];
                    var top = new int[columns];
                    for (int r = 0; r < rows; r++) {
                        left[r] = at(a, m0 + r, t - r);
                    }
                    for (int c = 0; c < columns; c++) {
                        top[c] = at(b, t - c, n0 + c);
                    }
                    outputStationaryEdge(left, top);
                }
                for (int r = 0; r < rows && m0 + r < m; r++) {
                    System.arraycopy(resting[r], 0, out[m0 + r], n0, Math.min(columns, n - n0));
                }
            }
        }
        return out;
    }

    /** One edge with inputs at the left side and weights at the top; sums rest. */
    public void outputStationaryEdge(int[] left, int[] top) {
        for (int r = rows - 1; r >= 0; r--) {
            for (int c = columns - 1; c >= 0; c--) {
                int x = c > 0 ? right[r][c - 1] : left[r];
                int w = r > 0 ? down[r - 1][c] : top[c];
                right[r][c] = x;
                down[r][c] = w;
                resting[r][c] += x * w;
            }
        }
        cycles++;
    }

    /** Sets every register to 0, which takes no time: a new tile's first operands come with the edge after. */
    public void clear() {
        for (int[][] registers : new int[][][]{right, down, resting}) {
            for (int[] row : registers) {
                Arrays.fill(row, 0);
            }
        }
    }

    /** What leaves a column at the bottom. */
    public int bottom(int column) {
        return down[rows - 1][column];
    }

    /** What rests in a cell. */
    public int resting(int row, int column) {
        return resting[row][column];
    }

    /** Edges so far. */
    public long cycles() {
        return cycles;
    }

    /** An element, or 0 outside. */
    private static int at(int[][] matrix, int row, int column) {
        return row >= 0 && row < matrix.length && column >= 0 && column < matrix[0].length ? matrix[row][column] : 0;
    }

    private static int[][] transpose(int[][] matrix) {
        var out = new int[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[0].length; j++) {
                out[j][i] = matrix[i][j];
            }
        }
        return out;
    }
}
