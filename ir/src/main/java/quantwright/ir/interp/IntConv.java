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
        int[] order = plan.order();
        int[] centred = Quantizing.centred(w);
        int[] weights = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            weights[order[i]] = centred[i];
        }
        Requantizer[] requantizers = IntSums.requantizers(op.rounding(), from.scale(0), w.type().quantized(), result,
                Scales::productFactor);
        int[] image = Quantizing.centred(x);
        int[] pixels = new int[plan.image().size()];
        IntSums sums = IntSums.of(x, w, bias, out, op.clamp(), result.dim(3));
        int at = 0;
        for (int n = 0; n < result.dim(0); n++) {
            plan.image().load(image, n, pixels);
            for (int y = 0; y < result.dim(1); y++) {
                for (int ox = 0; ox < result.dim(2); ox++) {
                    sums.start();
                    accumulate(plan, pixels, plan.origin(y, ox), weights, sums);
                    sums.store(requantizers, at);
                    at += result.dim(3);
                }
            }
        }
        return out;
    }

    private static void accumulate(ConvPlan plan, int[] pixels, int origin, int[] weights, IntSums sums) {
        int at = 0;
        if (plan.depthwise()) {
            for (int run : plan.runs()) {
                sums.multiply(pixels, origin + run, weights, at);
                at += sums.channels();
            }
            return;
        }
        for (int g = 0; g < plan.groups(); g++) {
            int from = origin + g * plan.inputs();
            for (int run : plan.runs()) {
                sums.accumulate(pixels, from + run, plan.runLength(), weights, at, g * plan.outputs(), plan.outputs());
                at += plan.runLength() * plan.outputs();
            }
        }
    }
}
