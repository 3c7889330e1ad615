package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A convolution of few output channels, pixels innermost: vectors over channels would be too short. The image is
 * turned into a plane for each channel, and the taps of a strip of pixels are copied from the planes into rows.
 *
 * @param x input
 * @param out result
 * @param geometry of the window
 * @param storage of the input
 * @param zero zero point of the input
 * @param outputs output channels
 * @param weights one row of [outputs, k]
 * @param bias what sums start from, or empty
 * @param finish what becomes of integer sums; null for a float product
 * @param exact whether every sum is proven to stay below 2^24
 */
public record PixelProduct(int x, int out, Geometry geometry, Storage storage, int zero, int outputs, float[][] weights,
        float[] bias, Finish finish, boolean exact) implements Step {
    /** Pixels of a strip at most. */
    public static final int PIXELS = 512;
    private static final int DEPTH = 32;

    @Override
    public void reserve(Memory memory) {
        memory.image(geometry.paddedSize());
        memory.planes(geometry.paddedSize());
        memory.origins(outputs);
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
            float[] planes = memory.planes(geometry.paddedSize());
            int pixels = geometry.paddedSize() / geometry.channels();
            planes(image, geometry.channels(), planes, pixels);
            int strip = strip(geometry.positions());
            for (int first = 0; first < geometry.positions(); first += strip) {
                strip(memory, planes, n * geometry.positions(), first, Math.min(strip, geometry.positions() - first));
            }
        }
    }

    /** Pixels of a strip: as many in each as can be, none much shorter than the others. */
    public static int strip(int positions) {
        int strips = Math.ceilDiv(positions, PIXELS);
        return strips == 0 ? PIXELS : Math.ceilDiv(positions, strips);
    }

    private static void planes(float[] image, int channels, float[] planes, int pixels) {
        int c = 0;
        for (; c + 4 <= channels; c += 4) {
            fourPlanes(image, c, channels, planes, c * pixels, pixels);
        }
        for (; c < channels; c++) {
            plane(image, c, channels, planes, c * pixels, pixels);
        }
    }

    private static void fourPlanes(float[] image, int channel, int channels, float[] planes, int at, int pixels) {
        int at1 = at + pixels;
        int at2 = at1 + pixels;
        int at3 = at2 + pixels;
        for (int p = 0; p < pixels; p++) {
            int from = p * channels + channel;
            planes[at + p] = image[from];
            planes[at1 + p] = image[from + 1];
            planes[at2 + p] = image[from + 2];
            planes[at3 + p] = image[from + 3];
        }
    }

    private static void plane(float[] image, int channel, int channels, float[] planes, int at, int pixels) {
        for (int p = 0; p < pixels; p++) {
            planes[at + p] = image[p * channels + channel];
        }
    }

    private void strip(Memory memory, float[] planes, int base, int first, int m) {
        int[] origins = memory.origins(outputs);
        float[][] rows = memory.rows(DEPTH, PIXELS);
        float[][] acc = memory.accumulators(outputs, PIXELS);
        int[][] sums = finish == null || exact ? null : memory.sums(outputs, PIXELS);
        for (int o = 0; o < outputs; o++) {
            Arrays.fill(acc[o], 0, m, bias.length == 0 ? 0f : bias[o]);
            if (sums != null) {
                Arrays.fill(sums[o], 0, m, 0);
            }
        }
        int k = weights[0].length / outputs;
        for (int done = 0; done < k; done += DEPTH) {
            int depth = Math.min(DEPTH, k - done);
            for (int j = 0; j < depth; j++) {
                gather(planes, done + j, first, rows[j], m);
            }
            for (int o = 0; o < outputs; o++) {
                origins[o] = o * k + done;
            }
            Fma.block(acc, origins, outputs, rows, 0, weights[0], 0, depth, m);
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
        boolean floats = memory.array(out) instanceof float[];
        for (int o = 0; finish != null && o < outputs; o++) {
            Object to = floats ? acc[o] : memory.array(out);
            int slot = floats ? 0 : at + o;
            int pitch = floats ? 1 : outputs;
            if (exact) {
                finish.store(memory, acc[o], o, 0, to, slot, pitch, m);
            } else {
                finish.store(memory, sums[o], o, 0, to, slot, pitch, m);
            }
        }
        if (floats) {
            turn(acc, memory.floats(out), at, m);
        }
    }

    /** Rows of outputs as pixels. */
    private void turn(float[][] rows, float[] result, int at, int m) {
        int o = 0;
        for (; o + 8 <= outputs; o += 8) {
            turn(rows[o], rows[o + 1], rows[o + 2], rows[o + 3], rows[o + 4], rows[o + 5], rows[o + 6], rows[o + 7],
                    result, at + o, outputs, m);
        }
        for (; o < outputs; o++) {
            float[] row = rows[o];
            for (int i = 0; i < m; i++) {
                result[at + i * outputs + o] = row[i];
            }
        }
    }

    private static void turn(float[] r0, float[] r1, float[] r2, float[] r3, float[] r4, float[] r5, float[] r6,
            float[] r7, float[] result, int at, int pitch, int m) {
        for (int i = 0; i < m; i++) {
            int to = at + i * pitch;
            result[to] = r0[i];
            result[to + 1] = r1[i];
            result[to + 2] = r2[i];
            result[to + 3] = r3[i];
            result[to + 4] = r4[i];
            result[to + 5] = r5[i];
            result[to + 6] = r6[i];
            result[to + 7] = r7[i];
        }
    }

    /** What step {@code k}, (kh, kw, ic) ascending, reads for pixels from {@code first} on. */
    private void gather(float[] planes, int k, int first, float[] row, int m) {
        int c = geometry.channels();
        int pixels = geometry.paddedSize() / c;
        int pixel = k / c;
        int from = k % c * pixels + geometry.tap(pixel / geometry.kernelW(), pixel % geometry.kernelW()) / c;
        for (int done = 0; done < m;) {
            int p = first + done;
            int length = Math.min(m - done, geometry.outWidth() - p % geometry.outWidth());
            int at = from + geometry.origin(p) / c;
            if (geometry.strideW() == 1) {
                System.arraycopy(planes, at, row, done, length);
            } else {
                strided(planes, at, geometry.strideW(), row, done, length);
            }
            done += length;
        }
    }

    private static void strided(float[] planes, int at, int stride, float[] row, int to, int n) {
        for (int i = 0; i < n; i++) {
            row[to + i] = planes[at + i * stride];
        }
    }
}
