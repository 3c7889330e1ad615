package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A convolution of few output channels, pixels innermost: vectors over channels would be too short. The taps of a
 * strip of pixels are copied into rows first.
 *
 * @param x input
 * @param out result
 * @param geometry of the window
 * @param storage of the input
 * @param zero zero point of the input
 * @param outputs output channels
 * @param weights [outputs, k]
 * @param bias what sums start from, or empty
 * @param finish what becomes of integer sums; null for a float product
 * @param exact whether every sum is proven to stay below 2^24
 */
public record PixelProduct(int x, int out, Geometry geometry, Storage storage, int zero, int outputs, float[] weights,
        float[] bias, Finish finish, boolean exact) implements Step {
    private static final int PIXELS = 512;
    private static final int DEPTH = 64;

    @Override
    public void reserve(Memory memory) {
        memory.image(geometry.paddedSize());
        memory.origins(PIXELS + outputs);
        memory.rows(DEPTH, PIXELS);
        memory.accumulators(outputs, PIXELS);
        if (finish != null) {
            memory.sums(outputs, PIXELS);
            finish.reserve(memory, PIXELS);
        }
    }

    @Override
    public void run(Memory memory) {
        for (int n = 0; n < geometry.images(); n++) {
            float[] image = geometry.load(memory, x, storage, zero, n);
            for (int first = 0; first < geometry.positions(); first += PIXELS) {
                strip(memory, image, n * geometry.positions(), first, Math.min(PIXELS, geometry.positions() - first));
            }
        }
    }

    private void strip(Memory memory, float[] image, int base, int first, int m) {
        int[] origins = memory.origins(PIXELS + outputs);
        for (int i = 0; i < m; i++) {
            origins[outputs + i] = geometry.origin(first + i);
        }
        float[][] rows = memory.rows(DEPTH, PIXELS);
        float[][] acc = memory.accumulators(outputs, PIXELS);
        int[][] sums = finish == null || exact ? null : memory.sums(outputs, PIXELS);
        for (int o = 0; o < outputs; o++) {
            Arrays.fill(acc[o], 0, m, bias.length == 0 ? 0f : bias[o]);
            if (sums != null) {
                Arrays.fill(sums[o], 0, m, 0);
            }
        }
        int k = weights.length / outputs;
        for (int done = 0; done < k; done += DEPTH) {
            int depth = Math.min(DEPTH, k - done);
            for (int j = 0; j < depth; j++) {
                gather(image, tap(done + j), origins, outputs, rows[j], m);
            }
            for (int o = 0; o < outputs; o++) {
                origins[o] = o * k + done;
            }
            Fma.block(acc, origins, outputs, rows, 0, weights, 0, depth, m);
            if (sums != null && (done + depth == k || (done / DEPTH + 1) % (Product.EXACT / DEPTH) == 0)) {
                for (int o = 0; o < outputs; o++) {
                    Fma.flush(acc[o], sums[o], m);
                    Arrays.fill(acc[o], 0, m, 0f);
                }
            }
        }
        store(memory, acc, sums, (base + first) * outputs, m);
    }

    private void store(Memory memory, float[][] acc, int[][] sums, int at, int m) {
        if (finish != null) {
            for (int o = 0; o < outputs; o++) {
                if (exact) {
                    finish.store(memory, acc[o], o, 0, memory.array(out), at + o, outputs, m);
                } else {
                    finish.store(memory, sums[o], o, 0, memory.array(out), at + o, outputs, m);
                }
            }
            return;
        }
        float[] result = memory.floats(out);
        for (int o = 0; o < outputs; o++) {
            float[] row = acc[o];
            for (int i = 0; i < m; i++) {
                result[at + i * outputs + o] = row[i];
            }
        }
    }

    /** Offset of step {@code k} from a window's first element: (kh, kw, ic) ascending. */
    private int tap(int k) {
        int pixel = k / geometry.channels();
        return geometry.tap(pixel / geometry.kernelW(), pixel % geometry.kernelW()) + k % geometry.channels();
    }

    private static void gather(float[] image, int tap, int[] origins, int from, float[] row, int m) {
        for (int i = 0; i < m; i++) {
            row[i] = image[origins[from + i] + tap];
        }
    }
}
