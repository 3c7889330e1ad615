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
        float[][] weights = Columns.of(w.floats(), plan.groups(), plan.outputs(), plan.taps());
        float[] pixels = new float[plan.image().size()];
        float[] acc = new float[plan.outputs()];
        for (int n = 0; n < result.dim(0); n++) {
            plan.image().load(x.floats(), n, pixels);
            for (int y = 0; y < result.dim(1); y++) {
                for (int ox = 0; ox < result.dim(2); ox++) {
                    int at = ((n * result.dim(1) + y) * result.dim(2) + ox) * result.dim(3);
                    for (int g = 0; g < plan.groups(); g++) {
                        int to = g * plan.outputs();
                        if (bias == null) {
                            Arrays.fill(acc, 0f);
                        } else {
                            System.arraycopy(bias.floats(), to, acc, 0, acc.length);
                        }
                        accumulate(plan, pixels, plan.origin(y, ox), weights, g, acc);
                        System.arraycopy(acc, 0, out.floats(), at + to, acc.length);
                    }
                }
            }
        }
        return out;
    }

    private static void accumulate(ConvPlan plan, float[] pixels, int origin, float[][] weights, int group,
                                   float[] acc) {
        int[] runs = plan.runs();
        if (plan.depthwise()) {
            float[] tap = new float[acc.length];
            for (int i = 0; i < runs.length; i++) {
                System.arraycopy(pixels, origin + runs[i], tap, 0, acc.length);
                multiply(tap, weights[i], acc);
            }
            return;
        }
        int row = group * runs.length * plan.runLength();
        for (int run : runs) {
            FloatProduct.accumulate(pixels, origin + run + group * plan.inputs(), plan.runLength(), weights, row, acc);
            row += plan.runLength();
        }
    }

    private static void multiply(float[] a, float[] w, float[] acc) {
        for (int c = 0; c < acc.length; c++) {
            acc[c] = Math.fma(a[c], w[c], acc[c]);
        }
    }
}
