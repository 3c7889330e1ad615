package quantwright.backend.llvm.cases;

import java.util.Random;
import quantwright.backend.llvm.kernel.TensorView;

/** An i8 tensor with halo laid out for a kernel: values by index, bytes as the arena holds them. */
public final class Tensors {
    public final TensorView view;
    public final int top;
    public final int left;
    public final byte[] values;
    public final int width;
    public final byte[] memory;
    public final int origin;

    private Tensors(TensorView view, int top, int left, byte[] values, int width, byte[] memory, int origin) {
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
        int width = w + left + right;
        int height = h + top + bottom;
        var view = new TensorView(h, w, c, (long) width * pitch, pitch);
        byte[] values = new byte[height * width * c];
        byte[] memory = new byte[height * width * pitch + 64];
        r.nextBytes(memory);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean inside = y >= top && y < top + h && x >= left && x < left + w;
                for (int k = 0; k < c; k++) {
                    int q = !inside ? zero : extremes ? (r.nextBoolean() ? 127 : -128) : (byte) r.nextInt();
                    values[(y * width + x) * c + k] = (byte) q;
                    memory[(y * width + x) * pitch + k] = (byte) (q ^ flip);
                }
            }
        }
        return new Tensors(view, top, left, values, width, memory, (top * width + left) * pitch);
    }

    public int at(int y, int x, int c) {
        return values[((y + top) * width + x + left) * view.channels() + c];
    }
}
