package quantwright.simulator;

import quantwright.npu.isa.Dataflow;

/**
 * Cycles of a matrix product (M x K) * (K x N) on a plain systolic array of R rows and C columns: one stationary buffer,
 * operands always there, tiles one after another. A tile takes R cycles to load (weight- and input-stationary), then one
 * cycle for each streamed vector and R + C - 2 to fill and drain:
 * <ul>
 * <li>weight-stationary: {@code ceil(K/R) ceil(N/C) (2R + C + M - 2)};
 * <li>input-stationary: {@code ceil(K/R) ceil(M/C) (2R + C + N - 2)};
 * <li>output-stationary: {@code ceil(M/R) ceil(N/C) (K + R + C - 2)}.
 * </ul>
 * These are the cycles in which the array is occupied. SCALE-Sim v3 reports the index of the last of them counted from 0,
 * which is one less.
 */
public final class ClosedForm {
    private ClosedForm() {
    }

    /** Cycles of a product. */
    public static long cycles(Dataflow dataflow, int rows, int columns, long m, long k, long n) {
        return switch (dataflow) {
            case WEIGHT_STATIONARY -> ceil(k, rows) * ceil(n, columns) * (2L * rows + columns + m - 2);
            case INPUT_STATIONARY -> ceil(k, rows) * ceil(m, columns) * (2L * rows + columns + n - 2);
            case OUTPUT_STATIONARY -> ceil(m, rows) * ceil(n, columns) * (k + rows + columns - 2L);
        };
    }

    private static long ceil(long a, long b) {
        return (a + b - 1) / b;
    }
}
