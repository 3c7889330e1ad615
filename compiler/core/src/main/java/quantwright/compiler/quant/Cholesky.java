package quantwright.compiler.quant;

import java.util.stream.IntStream;

/**
 * The lower triangular L with {@code L * L^T = A} of a symmetric positive definite A, in double, in blocks of columns. Each
 * element is computed by one thread in one order, so the result does not depend on the number of threads.
 */
final class Cholesky {
    private static final int BLOCK = 32;
    /** Rows below this many are not worth sharing among threads. */
    private static final int PARALLEL_ROWS = 128;
    private final double[][] l;

    private Cholesky(double[][] l) {
        this.l = l;
    }

    /**
     * Factors a matrix.
     *
     * @param a lower triangle, row {@code i} at least {@code i + 1} long; overwritten by the factor
     * @throws ArithmeticException if the matrix is not positive definite
     */
    static Cholesky factor(double[][] a) {
        int n = a.length;
        for (int from = 0; from < n; from += BLOCK) {
            int to = Math.min(from + BLOCK, n);
            panel(a, from, to);
            trailing(a, from, to);
        }
        return new Cholesky(a);
    }

    private static void panel(double[][] a, int from, int to) {
        for (int j = from; j < to; j++) {
            double d = a[j][j];
            for (int k = from; k < j; k++) {
                d -= a[j][k] * a[j][k];
            }
            if (!(d > 0)) {
                throw new ArithmeticException("pivot " + j + " is " + d + ": the matrix is not positive definite");
            }
            double pivot = Math.sqrt(d);
            a[j][j] = pivot;
            for (int i = j + 1; i < a.length; i++) {
                double sum = a[i][j];
                for (int k = from; k < j; k++) {
                    sum -= a[i][k] * a[j][k];
                }
                a[i][j] = sum / pivot;
            }
        }
    }

    /** Takes the finished panel's part out of what is right of it. */
    private static void trailing(double[][] a, int from, int to) {
        int n = a.length;
        double[][] columns = new double[to - from][n];
        for (int k = from; k < to; k++) {
            for (int i = to; i < n; i++) {
                columns[k - from][i] = a[i][k];
            }
        }
        IntStream rows = IntStream.range(to, n);
        (n - to > PARALLEL_ROWS ? rows.parallel() : rows).forEach(i -> {
            double[] row = a[i];
            for (double[] column : columns) {
                double by = column[i];
                for (int j = to; j <= i; j++) {
                    row[j] -= by * column[j];
                }
            }
        });
    }

    /** Element of the factor. */
    double at(int row, int column) {
        return l[row][column];
    }

    /** Row of the factor; elements right of the diagonal mean nothing. */
    double[] row(int i) {
        return l[i];
    }

    /** Overwrites {@code b} with the solution of {@code A x = b}. */
    void solve(double[] b) {
        int n = l.length;
        for (int i = 0; i < n; i++) {
            double sum = b[i];
            double[] row = l[i];
            for (int k = 0; k < i; k++) {
                sum -= row[k] * b[k];
            }
            b[i] = sum / row[i];
        }
        for (int i = n - 1; i >= 0; i--) {
            double[] row = l[i];
            double x = b[i] / row[i];
            b[i] = x;
            for (int k = 0; k < i; k++) {
                b[k] -= row[k] * x;
            }
        }
    }
}
