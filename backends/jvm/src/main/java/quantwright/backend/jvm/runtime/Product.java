package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A convolution or matrix product with constant weights, output channels innermost. Integers are multiplied as floats:
 * a block of at most 256 steps of k sums to less than 2^24, so that every float is a whole number and exact; between
 * blocks the sums are taken over into i32.
 *
 * @param x input
 * @param out result
 * @param geometry of the window; a dense layer is a row of pixels
 * @param groups groups of channels
 * @param storage of the input
 * @param zero zero point of the input
 * @param weights rows [groups * k][outputs of a group]
 * @param runs offsets, from a window's first tap, of the runs of consecutive elements it reads
 * @param runLength elements of a run
 * @param bias what sums start from, or empty
 * @param finish what becomes of integer sums; null for a float product
 * @param strip pixels whose sums one call of {@code finish} takes if every sum is proven to stay below 2^24, its tables
 *     being those of so many pixels; 0 if sums need i32
 */
public record Product(int x, int out, Geometry geometry, int groups, Storage storage, int zero, float[][] weights,
        int[] runs, int runLength, float[] bias, Finish finish, int strip) implements Step {
    /** Steps of k whose sum of products of 8-bit operands less their zero points is below 2^24. */
    public static final int EXACT = 256;
    /** Pixels that go over a block of weights before the next block is fetched. */
    private static final int PIXELS = 33;
    /** Steps of k taken at once, so that their weights stay in the cache while the pixels go over them. */
    private static final int DEPTH = 64;

    @Override
    public void reserve(Memory memory) {
        memory.image(geometry.paddedSize());
        memory.origins(PIXELS);
        memory.accumulators(PIXELS, outputs());
        if (finish != null) {
            memory.sums(PIXELS, outputs());
            finish.reserve(memory, Math.max(1, strip) * groups * outputs());
            memory.strip(strip * groups * outputs());
        }
        if (outputs() >= Fma.MIDDLING && outputs() < Fma.LONG) {
            Fma.learnLongRows();
        }
    }

    private int outputs() {
        return weights.length == 0 ? 0 : weights[0].length;
    }

    @Override
    public void run(Memory memory) {
        int[] origins = memory.origins(PIXELS);
        int positions = geometry.positions();
        for (int n = 0; n < geometry.images(); n++) {
            float[] image = geometry.load(memory, x, storage, zero, n);
            for (int first = 0; first < positions; first += PIXELS) {
                int m = Math.min(PIXELS, positions - first);
                for (int g = 0; g < groups; g++) {
                    for (int i = 0; i < m; i++) {
                        origins[i] = geometry.origin(first + i) + g * (geometry.channels() / groups);
                    }
                    int at = (n * positions + first) * groups * outputs() + g * outputs();
                    if (finish == null || strip > 0) {
                        floats(memory, image, origins, m, g, at);
                    } else {
                        integers(memory, image, origins, m, g, at);
                    }
                }
                if (takesGroupsTogether(memory)) {
                    finishGroups(memory, m, (n * positions + first) * groups * outputs());
                }
            }
        }
    }

    private void floats(Memory memory, float[] image, int[] origins, int m, int group, int at) {
        int n = outputs();
        float[][] acc = memory.accumulators(PIXELS, n);
        for (int i = 0; i < m; i++) {
            if (bias.length == 0) {
                Arrays.fill(acc[i], 0, n, 0f);
            } else {
                System.arraycopy(bias, group * n, acc[i], 0, n);
            }
        }
        int row = group * runs.length * runLength;
        for (int run : runs) {
            for (int done = 0; done < runLength; done += DEPTH) {
                Fma.block(acc, origins, m, weights, row + done, image, run + done, Math.min(DEPTH, runLength - done),
                        n);
            }
            row += runLength;
        }
        if (finish != null && !takesGroupsTogether(memory)) {
            store(memory, acc, m, group, at);
            return;
        }
        float[] result = memory.floats(out);
        for (int i = 0; i < m; i++) {
            System.arraycopy(acc[i], 0, result, at + i * groups * n, n);
        }
    }

    private void store(Memory memory, float[][] acc, int m, int group, int at) {
        int n = outputs();
        Object result = memory.array(out);
        if (strip == 1) {
            for (int i = 0; i < m; i++) {
                finish.store(memory, acc[i], group * n, 1, result, at + i * groups * n, 1, n);
            }
            return;
        }
        float[] sums = memory.strip(strip * n);
        for (int i = 0; i < m; i += strip) {
            int taken = Math.min(strip, m - i);
            for (int j = 0; j < taken; j++) {
                System.arraycopy(acc[i + j], 0, sums, j * n, n);
            }
            finish.store(memory, sums, 0, 1, result, at + i * n, 1, taken * n);
        }
    }

    /** Whether the sums of all groups lie in the result before they are finished, a long row at once. */
    private boolean takesGroupsTogether(Memory memory) {
        return groups > 1 && strip > 0 && memory.array(out) instanceof float[];
    }

    private void finishGroups(Memory memory, int m, int at) {
        int channels = groups * outputs();
        float[] result = memory.floats(out);
        float[] sums = memory.strip(strip * channels);
        for (int i = 0; i < m; i += strip) {
            int length = Math.min(strip, m - i) * channels;
            System.arraycopy(result, at + i * channels, sums, 0, length);
            finish.store(memory, sums, 0, 1, result, at + i * channels, 1, length);
        }
    }

    private void integers(Memory memory, float[] image, int[] origins, int m, int group, int at) {
        int n = outputs();
        float[][] acc = memory.accumulators(PIXELS, n);
        int[][] sums = memory.sums(PIXELS, n);
        for (int i = 0; i < m; i++) {
            Arrays.fill(acc[i], 0, n, 0f);
            Arrays.fill(sums[i], 0, n, 0);
        }
        int row = group * runs.length * runLength;
        int held = 0;
        for (int run : runs) {
            for (int done = 0; done < runLength; done += DEPTH) {
                int length = Math.min(DEPTH, runLength - done);
                if (held + length > EXACT) {
                    flush(acc, sums, m, n, true);
                    held = 0;
                }
                Fma.block(acc, origins, m, weights, row + done, image, run + done, length, n);
                held += length;
            }
            row += runLength;
        }
        flush(acc, sums, m, n, false);
        Object result = memory.array(out);
        for (int i = 0; i < m; i++) {
            finish.store(memory, sums[i], group * n, 1, result, at + i * groups * n, 1, n);
        }
    }

    private static void flush(float[][] acc, int[][] sums, int m, int n, boolean again) {
        for (int i = 0; i < m; i++) {
            Fma.flush(acc[i], sums[i], n);
            if (again) {
                Arrays.fill(acc[i], 0, n, 0f);
            }
        }
    }
}
