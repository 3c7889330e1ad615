package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A convolution or matrix product whose weights are data: they are turned into rows first.
 *
 * @param x input
 * @param w weights, [outputs, k]
 * @param bias f32 start values, or -1
 * @param out result
 * @param geometry of the window; a dense layer is a row of pixels
 * @param groups groups of channels
 * @param outputs outputs of a group
 * @param storage of the input
 * @param zero zero point of the input
 * @param weights storage of the weights
 * @param zeros zero points of the weights, one for each output of all groups, or one
 * @param runs offsets, from a window's first tap, of the runs of consecutive elements it reads
 * @param runLength elements of a run
 * @param wide whether integer sums need more than i32
 * @param finish what becomes of integer sums; null for a float product
 */
public record ComputedProduct(int x, int w, int bias, int out, Geometry geometry, int groups, int outputs,
        Storage storage, int zero, Storage weights, int[] zeros, int[] runs, int runLength, boolean wide,
        Finish finish) implements Step {
    @Override
    public void reserve(Memory memory) {
        memory.image(geometry.paddedSize());
        memory.rows(groups * taps(), outputs);
        memory.accumulators(1, outputs);
        memory.scratch(taps());
        memory.doubles(outputs);
        if (finish != null) {
            memory.sums(1, outputs);
            finish.reserve(memory, outputs);
        }
    }

    private int taps() {
        return runs.length * runLength;
    }

    @Override
    public void run(Memory memory) {
        float[][] rows = load(memory);
        for (int n = 0; n < geometry.images(); n++) {
            float[] image = geometry.load(memory, x, storage, zero, n);
            for (int p = 0; p < geometry.positions(); p++) {
                for (int g = 0; g < groups; g++) {
                    int origin = geometry.origin(p) + g * (geometry.channels() / groups);
                    int at = ((n * geometry.positions() + p) * groups + g) * outputs;
                    if (finish == null) {
                        floats(memory, rows, image, origin, g, at);
                    } else {
                        integers(memory, rows, image, origin, g, at);
                    }
                }
            }
        }
    }

    private float[][] load(Memory memory) {
        int k = taps();
        float[][] rows = memory.rows(groups * k, outputs);
        float[] line = memory.scratch(k);
        for (int o = 0; o < groups * outputs; o++) {
            weights.widen(memory.array(w), o * k, zeros.length == 1 ? zeros[0] : zeros[o], line, 0, k);
            for (int i = 0; i < k; i++) {
                rows[o / outputs * k + i][o % outputs] = line[i];
            }
        }
        return rows;
    }

    private void floats(Memory memory, float[][] rows, float[] image, int origin, int group, int at) {
        float[] acc = memory.accumulators(1, outputs)[0];
        if (bias < 0) {
            Arrays.fill(acc, 0, outputs, 0f);
        } else {
            System.arraycopy(memory.floats(bias), group * outputs, acc, 0, outputs);
        }
        int row = group * taps();
        for (int run : runs) {
            for (int j = 0; j < runLength; j++) {
                Fma.one(acc, rows[row++], image[origin + run + j], outputs);
            }
        }
        System.arraycopy(acc, 0, memory.floats(out), at, outputs);
    }

    private void integers(Memory memory, float[][] rows, float[] image, int origin, int group, int at) {
        double[] acc = memory.doubles(outputs)[0];
        Arrays.fill(acc, 0, outputs, 0.0);
        int row = group * taps();
        for (int run : runs) {
            Fma.wide(acc, rows, row, image, origin + run, runLength, outputs);
            row += runLength;
        }
        if (wide) {
            finish.storeWide(memory, acc, group * outputs, memory.array(out), at, outputs);
            return;
        }
        int[] sums = memory.sums(1, outputs)[0];
        for (int o = 0; o < outputs; o++) {
            sums[o] = (int) (long) acc[o];
        }
        finish.store(memory, sums, group * outputs, 1, memory.array(out), at, 1, outputs);
    }
}
