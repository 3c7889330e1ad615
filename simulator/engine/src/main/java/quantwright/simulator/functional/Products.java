package quantwright.simulator.functional;

/**
 * Matrix products of small integers. Each row is an array of its own and the inner loop runs over a row of results from
 * 0: in this shape the JIT compiler makes vector code, at offsets into one array it does not.
 */
final class Products {
    private Products() {
    }

    /** {@code c[i][j] = sum over p of a[i][p] * b[p][j]} modulo 2^32. */
    static int[][] multiply(int[][] a, int[][] b) {
        int k = b.length;
        var c = new int[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            int[] x = a[i];
            int p = 0;
            for (; p + 4 <= k; p += 4) {
                addFour(c[i], b[p], b[p + 1], b[p + 2], b[p + 3], x[p], x[p + 1], x[p + 2], x[p + 3]);
            }
            for (; p < k; p++) {
                addOne(c[i], b[p], x[p]);
            }
        }
        return c;
    }

    /** As {@link #multiply}, exact. */
    static long[][] multiplyExactly(int[][] a, int[][] b) {
        var c = new long[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int p = 0; p < b.length; p++) {
                long x = a[i][p];
                for (int j = 0; j < c[i].length; j++) {
                    c[i][j] += x * b[p][j];
                }
            }
        }
        return c;
    }

    private static void addFour(int[] c, int[] b0, int[] b1, int[] b2, int[] b3, int x0, int x1, int x2, int x3) {
        for (int j = 0; j < c.length; j++) {
            c[j] += x0 * b0[j] + x1 * b1[j] + x2 * b2[j] + x3 * b3[j];
        }
    }

    private static void addOne(int[] c, int[] b, int x) {
        for (int j = 0; j < c.length; j++) {
            c[j] += x * b[j];
        }
    }

    static int[][] transpose(int[][] in) {
        var out = new int[in[0].length][in.length];
        for (int i = 0; i < in.length; i++) {
            for (int j = 0; j < out.length; j++) {
                out[j][i] = in[i][j];
            }
        }
        return out;
    }

    /** Greatest magnitude. */
    static long bound(int[][] matrix) {
        int least = 0;
        int greatest = 0;
        for (int[] row : matrix) {
            for (int value : row) {
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
            }
        }
        return Math.max(-(long) least, greatest);
    }
}
