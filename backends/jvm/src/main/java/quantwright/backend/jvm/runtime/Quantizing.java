package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;

/**
 * Between f32 and stored integers. Scales lie along one axis, or there is one.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param inner elements from one scale to the next
 * @param scales scales
 * @param ranges zero point and bounds for each scale
 * @param storage of the integers
 * @param forward from f32 to integers
 */
public record Quantizing(int x, int out, int n, int inner, float[] scales, QuantRange[] ranges, Storage storage,
        boolean forward) implements Step {
    @Override
    public void run(Memory memory) {
        for (int i = 0, group = 0; i < n; group = (group + 1) % scales.length) {
            int end = scales.length == 1 ? n : i + inner;
            float scale = scales[group];
            QuantRange range = ranges[group];
            if (forward) {
                float[] a = memory.floats(x);
                Object b = memory.array(out);
                for (; i < end; i++) {
                    storage.set(b, i, Quantization.quantize(a[i], scale, range));
                }
            } else {
                Object a = memory.array(x);
                float[] b = memory.floats(out);
                for (; i < end; i++) {
                    b[i] = Quantization.dequantize((int) storage.get(a, i), scale, range.zero());
                }
            }
        }
    }
}
