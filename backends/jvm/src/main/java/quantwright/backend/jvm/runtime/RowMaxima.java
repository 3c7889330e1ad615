package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * The greatest elements of windows of floats, whole rows at a time: first over the rows of the windows, then over their
 * columns. {@link Math#max} is what the JIT vectorizes; it differs from the comparison that defines the op in NaN and in
 * zeros of both signs only, so a tensor that holds NaN or a negative zero is left to the plain form.
 *
 * @param plain the same, element by element
 */
public record RowMaxima(Pool plain) implements Step {
    private static final int CHUNK = 4096;

    @Override
    public void reserve(Memory memory) {
        plain.reserve(memory);
        Geometry g = plain.geometry();
        memory.accumulators(3, Math.max(CHUNK, Math.max(g.width(), g.outWidth()) * g.channels()));
    }

    @Override
    public void run(Memory memory) {
        Geometry g = plain.geometry();
        float[] x = memory.floats(plain.x());
        if (plain.storage() == Storage.F32 && isSpecial(memory, x, g.images() * g.height() * g.width()
                * g.channels())) {
            plain.run(memory);
            return;
        }
        float least = ((Pool.Greatest) plain.how()).least();
        for (int n = 0; n < g.images(); n++) {
            for (int y = 0; y < g.outHeight(); y++) {
                row(memory, x, n, y, least);
            }
        }
    }

    private void row(Memory memory, float[] x, int n, int y, float least) {
        Geometry g = plain.geometry();
        int width = g.width() * g.channels();
        float[][] scratch = memory.accumulators(3, Math.max(g.width(), g.outWidth()) * g.channels());
        float[] most = scratch[0];
        float[] next = scratch[1];
        Arrays.fill(most, 0, width, least);
        for (int kh = 0; kh < g.kernelH(); kh++) {
            int from = y * g.strideH() - g.padTop() + kh * g.dilationH();
            if (from >= 0 && from < g.height()) {
                System.arraycopy(x, (n * g.height() + from) * width, next, 0, width);
                raise(most, next, width);
            }
        }
        int results = g.outWidth() * g.channels();
        float[] result = scratch[2];
        Arrays.fill(result, 0, results, least);
        for (int kw = 0; kw < g.kernelW(); kw++) {
            gather(most, next, kw, least);
            raise(result, next, results);
        }
        System.arraycopy(result, 0, memory.floats(plain.out()), (n * g.outHeight() + y) * results, results);
    }

    /** Column {@code kw} of every window of a row. */
    private void gather(float[] row, float[] to, int kw, float least) {
        Geometry g = plain.geometry();
        int c = g.channels();
        for (int i = 0; i < g.outWidth(); i++) {
            int from = i * g.strideW() - g.padLeft() + kw * g.dilationW();
            if (from >= 0 && from < g.width()) {
                System.arraycopy(row, from * c, to, i * c, c);
            } else {
                Arrays.fill(to, i * c, i * c + c, least);
            }
        }
    }

    private static void raise(float[] most, float[] next, int n) {
        for (int i = 0; i < n; i++) {
            most[i] = Math.max(most[i], next[i]);
        }
    }

    /** Whether a tensor may hold NaN or a negative zero: their reciprocals are NaN and negative infinity. */
    private static boolean isSpecial(Memory memory, float[] x, int size) {
        float[][] scratch = memory.accumulators(3, CHUNK);
        Arrays.fill(scratch[0], 0, CHUNK, 1f);
        for (int at = 0; at < size; at += CHUNK) {
            int n = Math.min(CHUNK, size - at);
            System.arraycopy(x, at, scratch[1], 0, n);
            reciprocals(scratch[0], scratch[1], n);
        }
        for (int i = 0; i < CHUNK; i++) {
            if (!(scratch[0][i] > Float.NEGATIVE_INFINITY)) {
                return true;
            }
        }
        return false;
    }

    private static void reciprocals(float[] least, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            least[i] = Math.min(least[i], 1f / x[i]);
        }
    }
}
