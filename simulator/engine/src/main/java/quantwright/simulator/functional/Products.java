package quantwright.simulator.functional;

import java.util.Arrays;

/**
 * Matrix products of small integers, shaped so that the inner loop runs over contiguous results: the compiler turns it
 * into vector code.
 */
final class Products {
    private Products() {
    }

    /**
     * {@code c[i][j] = sum over p of a[i][p] * b[p][j]} modulo 2^32; {@code a} is m x k, {@code b} k x n, {@code c} m x
     * n, all without gaps.
     */
    static void multiply(int[] a, int[] b, int[] c, int m, int k, int n) {
        for (int i = 0; i < m; i++) {
            int to = i * n;
            int p = 0;
            Arrays.fill(c, to, to + n, 0);
            for (; p + 4 <= k; p += 4) {
                int at = i * k + p;
                addFour(c, to, b, p * n, n, a[at], a[at + 1], a[at + 2], a[at + 3]);
            }
            for (; p < k; p++) {
                addOne(c, to, b, p * n, n, a[i * k + p]);
            }
        }
    }

    /** As the other, exact. */
    static void multiply(int[] a, int[] b, long[] c, int m, int k, int n) {
        for (int i = 0; i < m; i++) {
            Arrays.fill(c, i * n, (i + 1) * n, 0);
            for (int p = 0; p < k; p++) {
                long x = a[i * k + p];
                for (int j = 0; j < n; j++) {
                    c[i * n + j] += x * b[p * n + j];
                }
            }
        }
    }

    private static void addFour(int[] c, int to, int[] b, int from, int n, int x0, int x1, int x2, int x3) {
        for (int j = 0; j < n; j++) {
            c[to + j] += x0 * b[from + j] + x1 * b[from + n + j] + x2 * b[from + 2 * n + j]
                + x3 * b[from + 3 * n + j];
        }
    }

    private static void addOne(int[] c, int to, int[] b, int from, int n, int x) {
        for (int j = 0; j < n; j++) {
            c[to + j] += x * b[from + j];
        }
    }

    /** {@code out[j][i] = in[i][j]}; {@code in} is rows x columns. */
    static void transpose(int[] in, int[] out, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out[j * rows + i] = in[i * columns + j];
            }
        }
    }
}
