package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A depthwise convolution. Pixels are taken in strips, and the channels of a strip's pixels are one row, so that
 * narrow layers fill vectors too; each tap's row is copied next to the others first.
 *
 * @param x input
 * @param out result
 * @param geometry of the window, channels already times the multiplier
 * @param multiplier output channels of an input channel
 * @param storage of the input
 * @param zero zero point of the input
 * @param weights for each tap a row of a strip: the channels' weights again and again
 * @param pixels pixels of a strip
 * @param bias what sums start from, a row of a strip, or empty
 * @param finish what becomes of integer sums; null for a float layer
 * @param exact whether every sum is proven to stay below 2^24
 */
public record Depthwise(int x, int out, Geometry geometry, int multiplier, Storage storage, int zero,
        float[][] weights, int pixels, float[] bias, Finish finish, boolean exact)
        implements Step {
    @Override
    public void reserve(Memory memory) {
        int row = pixels * geometry.channels();
        memory.image(geometry.paddedSize());
        memory.rows(geometry.taps(), row);
        memory.accumulators(1, Math.max(row, geometry.width() * geometry.channels()));
        if (finish != null) {
            memory.sums(1, row);
            finish.reserve(memory, row);
        }
    }

    @Override
    public void run(Memory memory) {
        int c = geometry.channels();
        float[][] rows = memory.rows(geometry.taps(), pixels * c);
        float[] acc = memory.accumulators(1, pixels * c)[0];
        for (int n = 0; n < geometry.images(); n++) {
            float[] image = multiplier == 1 ? geometry.load(memory, x, storage, zero, n) : repeated(memory, n);
            for (int y = 0; y < geometry.outHeight(); y++) {
                for (int first = 0; first < geometry.outWidth(); first += pixels) {
                    int m = Math.min(pixels, geometry.outWidth() - first);
                    gather(image, rows, geometry.at(y * geometry.strideH(), first * geometry.strideW()), m);
                    multiply(rows, acc, m * c);
                    int at = (n * geometry.positions() + y * geometry.outWidth() + first) * c;
                    store(memory, acc, at, m);
                }
            }
        }
    }

    private void store(Memory memory, float[] acc, int at, int m) {
        int c = geometry.channels();
        if (finish == null) {
            System.arraycopy(acc, 0, memory.floats(out), at, m * c);
            return;
        }
        if (exact) {
            finish.store(memory, acc, 0, 1, memory.array(out), at, 1, m * c);
            return;
        }
        int[] sums = memory.sums(1, m * c)[0];
        Arrays.fill(sums, 0, m * c, 0);
        Fma.flush(acc, sums, m * c);
        finish.store(memory, sums, 0, 1, memory.array(out), at, 1, m * c);
    }

    private void gather(float[] image, float[][] rows, int origin, int m) {
        int c = geometry.channels();
        for (int kh = 0; kh < geometry.kernelH(); kh++) {
            for (int kw = 0; kw < geometry.kernelW(); kw++) {
                float[] row = rows[kh * geometry.kernelW() + kw];
                int from = origin + geometry.tap(kh, kw);
                if (geometry.strideW() == 1) {
                    System.arraycopy(image, from, row, 0, m * c);
                    continue;
                }
                for (int i = 0; i < m; i++) {
                    System.arraycopy(image, from + i * geometry.strideW() * c, row, i * c, c);
                }
            }
        }
    }

    private void multiply(float[][] rows, float[] acc, int n) {
        if (bias.length == 0) {
            Arrays.fill(acc, 0, n, 0f);
        } else {
            System.arraycopy(bias, 0, acc, 0, n);
        }
        int t = 0;
        for (; t + 3 <= geometry.taps(); t += 3) {
            Fma.pairs(acc, rows[t], weights[t], rows[t + 1], weights[t + 1], rows[t + 2], weights[t + 2], n);
        }
        for (; t < geometry.taps(); t++) {
            Fma.pair(acc, rows[t], weights[t], n);
        }
    }

    /** The padded image with each channel as often as it has outputs. */
    private float[] repeated(Memory memory, int n) {
        float[] image = memory.image(geometry.paddedSize());
        int own = geometry.width() * geometry.channels() / multiplier;
        float[] line = memory.accumulators(1, own)[0];
        Arrays.fill(image, 0, geometry.paddedSize(), 0f);
        for (int row = 0; row < geometry.height(); row++) {
            storage.widen(memory.array(x), (n * geometry.height() + row) * own, zero, line, 0, own);
            int to = geometry.at(row + geometry.padTop(), geometry.padLeft());
            for (int i = 0; i < own * multiplier; i++) {
                image[to + i] = line[i / multiplier];
            }
        }
        return image;
    }
}
