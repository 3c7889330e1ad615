package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * A convolution or matrix product of integers of which some have 16 bits. Products and sums are doubles, which hold
 * every whole number below 2^53.
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
 * @param finish what becomes of sums
 */
public record WideProduct(int x, int out, Geometry geometry, int groups, Storage storage, int zero, float[][] weights,
        int[] runs, int runLength, Finish finish) implements Step {
    @Override
    public void reserve(Memory memory) {
        memory.image(geometry.paddedSize());
        memory.doubles(outputs());
        finish.reserve(memory, outputs());
    }

    private int outputs() {
        return weights.length == 0 ? 0 : weights[0].length;
    }

    @Override
    public void run(Memory memory) {
        int n = outputs();
        double[] acc = memory.doubles(n)[0];
        for (int image = 0; image < geometry.images(); image++) {
            float[] pixels = geometry.load(memory, x, storage, zero, image);
            for (int p = 0; p < geometry.positions(); p++) {
                for (int g = 0; g < groups; g++) {
                    Arrays.fill(acc, 0, n, 0.0);
                    int origin = geometry.origin(p) + g * (geometry.channels() / groups);
                    int row = g * runs.length * runLength;
                    for (int run : runs) {
                        Fma.wide(acc, weights, row, pixels, origin + run, runLength, n);
                        row += runLength;
                    }
                    finish.storeWide(memory, acc, g * n, memory.array(out),
                            ((image * geometry.positions() + p) * groups + g) * n, n);
                }
            }
        }
    }
}
