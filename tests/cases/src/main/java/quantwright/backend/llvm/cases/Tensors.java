package quantwright.backend.llvm.cases;

import java.util.Random;
import quantwright.backend.llvm.kernel.TensorView;

/** An i8 or i16 tensor with halo laid out for a kernel: values by index, bytes as the arena holds them. */
public final class Tensors {
    public final TensorView view;
    public final int top;
    public final int left;
    public final int[] values;
    public final int width;
    public final byte[] memory;
    public final int origin;

    private Tensors(TensorView view, int top, int left, int[] values, int width, byte[] memory, int origin) {
        this.view = view;
        this.top = top;
        this.left = left;
        this.values = values;
        this.width = width;
        this.memory = memory;
        this.origin = origin;
    }

    /** Random values inside, {@code zero} in the halo, random bytes in gaps and slack. */
    public static Tensors random(Random r, int h, int w, int c, int pitch, int top, int left, int bottom, int right, int zero,
            int flip, boolean extremes) {
        return random(r, 1, h, w, c, pitch, top, left, bottom, right, zero, flip, extremes);
    }

    /**
     * The same of elements of one or two bytes.
     *
     * @param channelPitch elements from pixel to pixel
     */
    public static Tensors random(Random r, int bytes, int h, int w, int c, int channelPitch, int top, int left, int bottom,
            int right, int zero, int flip, boolean extremes) {
        int pitch = channelPitch * bytes;
        int most = (1 << 8 * bytes - 1) - 1;
        int width = w + left + right;
        int height = h + top + bottom;
        var view = new TensorView(h, w, c, (long) width * pitch, pitch);
        int[] values = new int[height * width * c];
        byte[] memory = new byte[height * width * pitch + 64];
        r.nextBytes(memory);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside = y >= top && y < top + h && x >= left && x < left + w;
                for (int k = 0; k < c; k++) {
                    int q = !inside ? zero : extremes ? (r.nextBoolean() ? most : -most - 1)
                        : r.nextInt() >> 32 - 8 * bytes;
                    values[(y * width + x) * c + k] = q;
                    for (int b = 0; b < bytes; b++) {
                        memory[(y * width + x) * pitch + k * bytes + b] = (byte) ((q ^ flip) >> 8 * b);
                    }
                }
            }
        }
        return new Tensors(view, top, left, values, width, memory, (top * width + left) * pitch);
    }

    public int at(int y, int x, int c) {
        return values[((y + top) * width + x + left) * view.channels() + c];
    }
}
