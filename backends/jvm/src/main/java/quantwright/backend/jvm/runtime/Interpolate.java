package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.arith.ResizeWeights;

/**
 * Linear interpolation of the two spatial axes of an NHWC tensor.
 *
 * @param x operand
 * @param out result
 * @param images images
 * @param height rows of the operand
 * @param width columns of the operand
 * @param channels channels
 * @param storage of both
 * @param how the arithmetic
 * @param rows for each row of the result the one above and the one below
 * @param columns for each column of the result the one to the left and the one to the right
 * @param rowWeights share of the lower row: a fraction, or an integer as a float
 * @param columnWeights share of the right column
 */
public record Interpolate(int x, int out, int images, int height, int width, int channels, Storage storage, How how,
        int[] rows, int[] columns, float[] rowWeights, float[] columnWeights) implements Step {
    /** Arithmetic of an interpolation. */
    public enum How {
        /** f32. */
        REAL,
        /** Stored integers, weights in Q11. */
        Q11,
        /** Stored integers, weights in Q10, as TFLite. */
        TFLITE
    }

    @Override
    public void run(Memory memory) {
        int at = 0;
        for (int n = 0; n < images; n++) {
            for (int y = 0; y < rowWeights.length; y++) {
                int top = (n * height + rows[2 * y]) * width;
                int bottom = (n * height + rows[2 * y + 1]) * width;
                for (int c = 0; c < columnWeights.length; c++) {
                    position(memory, at, y, c, top, bottom);
                    at += channels;
                }
            }
        }
    }

    private void position(Memory memory, int at, int y, int column, int top, int bottom) {
        int a = (top + columns[2 * column]) * channels;
        int b = (top + columns[2 * column + 1]) * channels;
        int c = (bottom + columns[2 * column]) * channels;
        int d = (bottom + columns[2 * column + 1]) * channels;
        float wy = rowWeights[y];
        float wx = columnWeights[column];
        if (how == How.REAL) {
            float[] in = memory.floats(x);
            float[] result = memory.floats(out);
            for (int i = 0; i < channels; i++) {
                result[at + i] = ResizeTaps.blend(in[a + i], in[b + i], in[c + i], in[d + i], wy, wx);
            }
            return;
        }
        Object in = memory.array(x);
        Object result = memory.array(out);
        for (int i = 0; i < channels; i++) {
            int p = (int) storage.get(in, a + i);
            int q = (int) storage.get(in, b + i);
            int r = (int) storage.get(in, c + i);
            int s = (int) storage.get(in, d + i);
            storage.set(result, at + i, how == How.Q11 ? ResizeWeights.blend(p, q, r, s, (int) wy, (int) wx)
                    : ResizeTaps.blendTflite(p, q, r, s, (int) wy, (int) wx));
        }
    }
}
