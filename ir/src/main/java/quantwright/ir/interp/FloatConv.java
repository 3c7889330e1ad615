package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Conv2d;
import quantwright.ir.type.TensorType;

/**
 * f32 convolution. Each output is {@code acc = fma(x, w, acc)} over (kh, kw, ic) ascending from the bias, or from +0
 * without one; taps in the padding are zeros that take part like any other, as the sign of a zero sum depends on them.
 */
final class FloatConv {
    private FloatConv() {
    }

    static Tensor conv(Conv2d op, Tensor x, Tensor w, Tensor bias, TensorType result) {
        Tensor out = Tensor.zeros(result);
        if (out.size() == 0) {
            return out;
        }
        ConvPlan plan = new ConvPlan(op.window(), op.groups(), x.type().shape(), w.type().shape());
        int[] order = plan.order();
        float[] weights = new float[order.length];
        for (int i = 0; i < order.length; i++) {
            weights[order[i]] = w.floats()[i];
        }
        float[] pixels = new float[plan.image().size()];
        int channels = result.dim(3);
        float[] acc = new float[channels];
        int at = 0;
        for (int n = 0; n < result.dim(0); n++) {
            plan.image().load(x.floats(), n, pixels);
            for (int y = 0; y < result.dim(1); y++) {
                for (int ox = 0; ox < result.dim(2); ox++) {
                    if (bias == null) {
                        Arrays.fill(acc, 0f);
                    } else {
                        System.arraycopy(bias.floats(), 0, acc, 0, channels);
                    }
                    accumulate(plan, pixels, plan.origin(y, ox), weights, acc);
                    System.arraycopy(acc, 0, out.floats(), at, channels);
                    at += channels;
                }
            }
        }
        return out;
    }

    private static void accumulate(ConvPlan plan, float[] pixels, int origin, float[] weights, float[] acc) {
        int at = 0;
        if (plan.depthwise()) {
            for (int run : plan.runs()) {
                multiply(pixels, origin + run, weights, at, acc);
                at += acc.length;
            }
            return;
        }
        for (int g = 0; g < plan.groups(); g++) {
            int from = origin + g * plan.inputs();
            for (int run : plan.runs()) {
                FloatProduct.accumulate(pixels, from + run, plan.runLength(), weights, at, acc, g * plan.outputs(),
                        plan.outputs());
                at += plan.runLength() * plan.outputs();
            }
        }
    }

    private static void multiply(float[] pixels, int from, float[] weights, int at, float[] acc) {
        for (int c = 0; c < acc.length; c++) {
            acc[c] = Math.fma(pixels[from + c], weights[at + c], acc[c]);
        }
    }
}
