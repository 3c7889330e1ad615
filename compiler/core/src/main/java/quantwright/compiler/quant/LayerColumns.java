package quantwright.compiler.quant;

import quantwright.ir.Node;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Shape;

/**
 * What each output position of a float layer reads of its input, in the order of its weights: (kh, kw, ic) of a group for a
 * convolution, all of a row for a dense layer. Padded taps are 0.
 */
final class LayerColumns {
    private final Window2d window;
    private final int groups;
    private final int inputs;
    private final int channels;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int positions;

    private LayerColumns(Window2d window, int groups, int inputs, Shape x, int positions, int outHeight, int outWidth) {
        this.window = window;
        this.groups = groups;
        this.inputs = inputs;
        this.channels = x.dim(-1);
        this.height = window == null ? 1 : x.dim(1);
        this.width = window == null ? 1 : x.dim(2);
        this.positions = positions;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
    }

    /** Columns of a convolution or dense layer. */
    static LayerColumns of(Node layer) {
        Shape x = layer.operand(0).type().shape();
        if (layer.op() instanceof Conv2d c) {
            Shape out = layer.result().type().shape();
            return new LayerColumns(c.window(), c.groups(), layer.operand(1).type().dim(3), x,
                    out.dim(0) * out.dim(1) * out.dim(2), out.dim(1), out.dim(2));
        }
        return new LayerColumns(null, 1, x.dim(-1), x, (int) (x.elementCount() / x.dim(-1)), 1, 1);
    }

    /** Number of output positions. */
    int positions() {
        return positions;
    }

    /** Number of groups, each with weights of its own. */
    int groups() {
        return groups;
    }

    /** Elements that one output of a group reads. */
    int size() {
        return window == null ? inputs : window.kernelH() * window.kernelW() * inputs;
    }

    /** Copies what group {@code group} reads at a position. */
    void read(float[] x, int position, int group, double[] into) {
        if (window == null) {
            copy(x, position * channels, into, 0);
            return;
        }
        int ox = position % outWidth * window.strideW() - window.padLeft();
        int oy = position / outWidth % outHeight * window.strideH() - window.padTop();
        int image = position / outWidth / outHeight * height;
        int at = 0;
        for (int ky = 0; ky < window.kernelH(); ky++) {
            int y = oy + ky * window.dilationH();
            for (int kx = 0; kx < window.kernelW(); kx++) {
                int px = ox + kx * window.dilationW();
                if (y < 0 || y >= height || px < 0 || px >= width) {
                    java.util.Arrays.fill(into, at, at + inputs, 0);
                } else {
                    copy(x, ((image + y) * width + px) * channels + group * inputs, into, at);
                }
                at += inputs;
            }
        }
    }

    private void copy(float[] x, int from, double[] into, int at) {
        for (int i = 0; i < inputs; i++) {
            into[at + i] = x[from + i];
        }
    }
}
