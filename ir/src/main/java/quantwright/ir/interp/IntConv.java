package quantwright.ir.interp;

import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.QConv2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** Quantized convolution on operands less their zero points, so that padding is plain zeros. */
final class IntConv {
    private IntConv() {
    }

    static Tensor conv(QConv2d op, Tensor x, Tensor w, Tensor bias, TensorType result) {
        Tensor out = Tensor.zeros(result);
        if (out.size() == 0) {
            return out;
        }
        QuantizedType from = x.type().quantized();
        ConvPlan plan = new ConvPlan(op.window(), op.groups(), x.type().shape(), w.type().shape());
        int[][] weights = Columns.of(Quantizing.factors(w), plan.groups(), plan.outputs(), plan.taps());
        Requantizer[] requantizers = IntSums.requantizers(op.rounding(), from.scale(0), w.type().quantized(), result,
                Scales::productFactor);
        int[] image = Quantizing.centred(x);
        int[] pixels = new int[plan.image().size()];
        IntSums sums = IntSums.of(x, w, bias, out, op.clamp(), plan.outputs());
        for (int n = 0; n < result.dim(0); n++) {
            plan.image().load(image, n, pixels);
            for (int y = 0; y < result.dim(1); y++) {
                for (int ox = 0; ox < result.dim(2); ox++) {
                    int at = ((n * result.dim(1) + y) * result.dim(2) + ox) * result.dim(3);
                    for (int g = 0; g < plan.groups(); g++) {
                        sums.start(g * plan.outputs());
                        accumulate(plan, pixels, plan.origin(y, ox), weights, g, sums);
                        sums.store(requantizers, at, g * plan.outputs());
                    }
                }
            }
        }
        return out;
    }

    private static void accumulate(ConvPlan plan, int[] pixels, int origin, int[][] weights, int group, IntSums sums) {
        int[] runs = plan.runs();
        if (plan.depthwise()) {
            int[] tap = new int[sums.channels()];
            for (int i = 0; i < runs.length; i++) {
                System.arraycopy(pixels, origin + runs[i], tap, 0, tap.length);
                sums.multiply(tap, weights[i]);
            }
            return;
        }
        int row = group * runs.length * plan.runLength();
        for (int run : runs) {
            sums.accumulate(pixels, origin + run + group * plan.inputs(), plan.runLength(), weights, row);
            row += plan.runLength();
        }
    }
}
