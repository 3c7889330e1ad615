package quantwright.backend.jvm.runtime;

/**
 * The inner loops of products: {@code acc = fma(scalar, row, acc)}, k ascending. Each is a small method over arrays
 * with one common index, the form the JIT vectorizes. Three accumulator rows by four steps of k need seven loads and three
 * stores for twelve products; with four rows the JIT's limit on unrolled code halves the vectors.
 */
final class Fma {
    /** Rows from here to {@link #LONG} are long enough for the widest vectors, but not by the JIT's own estimate. */
    static final int MIDDLING = 96;
    /** Rows that the JIT takes as long by itself; its bound is 150 times around. */
    static final int LONG = 192;
    /** So many, and so much longer, that they outweigh the rows that run until the JIT has compiled the loops. */
    private static final int LESSONS = 2000;
    private static final int LESSON = 512;
    private static boolean learned;

    private Fma() {
    }

    /**
     * Leads the JIT to the widest vectors for rows of middling length. It chooses how far to unroll, and so how wide
     * vectors are, by how often loops went around before it compiled them; so they run over longer rows first.
     */
    static synchronized void learnLongRows() {
        if (learned) {
            return;
        }
        learned = true;
        float[][] acc = new float[3][LESSON];
        float[][] rows = new float[4][LESSON];
        float[] scalars = new float[4];
        for (int i = 0; i < LESSONS; i++) {
            three(acc, 0, rows, 0, scalars, 0, 0, 0, LESSON);
            quad(acc[0], rows, 0, scalars, 0, LESSON);
        }
    }

    /** Rows {@code a .. a + 2} of the accumulators, k from {@code k} to {@code k + 3}. */
    static void three(float[][] acc, int a, float[][] rows, int k, float[] s, int p0, int p1, int p2, int n) {
        three(acc[a], acc[a + 1], acc[a + 2], rows[k], rows[k + 1], rows[k + 2], rows[k + 3], s, p0, p1, p2, n);
    }

    private static void three(float[] a0, float[] a1, float[] a2, float[] r0, float[] r1, float[] r2, float[] r3,
            float[] s, int p0, int p1, int p2, int n) {
        float s00 = s[p0];
        float s01 = s[p0 + 1];
        float s02 = s[p0 + 2];
        float s03 = s[p0 + 3];
        float s10 = s[p1];
        float s11 = s[p1 + 1];
        float s12 = s[p1 + 2];
        float s13 = s[p1 + 3];
        float s20 = s[p2];
        float s21 = s[p2 + 1];
        float s22 = s[p2 + 2];
        float s23 = s[p2 + 3];
        for (int c = 0; c < n; c++) {
            float v0 = r0[c];
            float v1 = r1[c];
            float v2 = r2[c];
            float v3 = r3[c];
            a0[c] = Math.fma(s03, v3, Math.fma(s02, v2, Math.fma(s01, v1, Math.fma(s00, v0, a0[c]))));
            a1[c] = Math.fma(s13, v3, Math.fma(s12, v2, Math.fma(s11, v1, Math.fma(s10, v0, a1[c]))));
            a2[c] = Math.fma(s23, v3, Math.fma(s22, v2, Math.fma(s21, v1, Math.fma(s20, v0, a2[c]))));
        }
    }

    /** One accumulator row, four steps of k. */
    static void quad(float[] a, float[][] rows, int k, float[] s, int p, int n) {
        quad(a, rows[k], rows[k + 1], rows[k + 2], rows[k + 3], s[p], s[p + 1], s[p + 2], s[p + 3], n);
    }

    private static void quad(float[] a, float[] r0, float[] r1, float[] r2, float[] r3, float s0, float s1, float s2,
            float s3, int n) {
        for (int c = 0; c < n; c++) {
            a[c] = Math.fma(s3, r3[c], Math.fma(s2, r2[c], Math.fma(s1, r1[c], Math.fma(s0, r0[c], a[c]))));
        }
    }

    /** One accumulator row, one step of k. */
    static void one(float[] a, float[] r, float s, int n) {
        for (int c = 0; c < n; c++) {
            a[c] = Math.fma(s, r[c], a[c]);
        }
    }

    /** Elementwise products of three pairs of rows. */
    static void pairs(float[] a, float[] x0, float[] w0, float[] x1, float[] w1, float[] x2, float[] w2, int n) {
        for (int c = 0; c < n; c++) {
            a[c] = Math.fma(x2[c], w2[c], Math.fma(x1[c], w1[c], Math.fma(x0[c], w0[c], a[c])));
        }
    }

    /** Elementwise products of a pair of rows. */
    static void pair(float[] a, float[] x, float[] w, int n) {
        for (int c = 0; c < n; c++) {
            a[c] = Math.fma(x[c], w[c], a[c]);
        }
    }

    /**
     * {@code acc[i] += s[origins[i] + at + j] * rows[first + j]} for j below {@code length}, for {@code m} rows.
     */
    static void block(float[][] acc, int[] origins, int m, float[][] rows, int first, float[] s, int at, int length,
            int n) {
        int i = 0;
        for (; i + 3 <= m; i += 3) {
            int p0 = origins[i] + at;
            int p1 = origins[i + 1] + at;
            int p2 = origins[i + 2] + at;
            int j = 0;
            for (; j + 4 <= length; j += 4) {
                three(acc, i, rows, first + j, s, p0 + j, p1 + j, p2 + j, n);
            }
            for (; j < length; j++) {
                one(acc[i], rows[first + j], s[p0 + j], n);
                one(acc[i + 1], rows[first + j], s[p1 + j], n);
                one(acc[i + 2], rows[first + j], s[p2 + j], n);
            }
        }
        for (; i < m; i++) {
            int p = origins[i] + at;
            int j = 0;
            for (; j + 4 <= length; j += 4) {
                quad(acc[i], rows, first + j, s, p + j, n);
            }
            for (; j < length; j++) {
                one(acc[i], rows[first + j], s[p + j], n);
            }
        }
    }

    /** {@code acc[c] += s[at + j] * rows[first + j][c]} for j below {@code length}, exact below 2^53. */
    static void wide(double[] acc, float[][] rows, int first, float[] s, int at, int length, int n) {
        for (int j = 0; j < length; j++) {
            wide(acc, rows[first + j], s[at + j], n);
        }
    }

    private static void wide(double[] acc, float[] row, double s, int n) {
        for (int c = 0; c < n; c++) {
            acc[c] += s * row[c];
        }
    }

    /** Takes float sums, which are whole numbers below 2^24, over into integer ones. */
    static void flush(float[] acc, int[] sums, int n) {
        for (int c = 0; c < n; c++) {
            sums[c] += (int) acc[c];
        }
    }
}
