package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.QuantRange;

/**
 * TFLite's sum or difference of two quantized tensors, rescaled in doubles; see {@link
 * quantwright.ir.arith.QuantizedAdd.Fixed}.
 *
 * @param a left operand
 * @param b right operand
 * @param out result
 * @param n elements
 * @param zeroA zero point of the left operand
 * @param zeroB zero point of the right operand
 * @param shift left shift before rescaling
 * @param subtract whether the right operand is taken off
 * @param scaleA rescaling of the left operand
 * @param scaleB rescaling of the right operand
 * @param scaleOut rescaling of the sum
 * @param range of the result
 */
public record QuantizedSumDoubled(int a, int b, int out, int n, int zeroA, int zeroB, int shift, boolean subtract,
        DoubleScaler scaleA, DoubleScaler scaleB, DoubleScaler scaleOut, QuantRange range) implements Step {
    private static final int CHUNK = 1024;

    @Override
    public void reserve(Memory memory) {
        memory.doubles(CHUNK);
        memory.scratch(CHUNK);
    }

    @Override
    public void run(Memory memory) {
        double[] p = memory.doubles(CHUNK)[0];
        double[] q = memory.doubles(CHUNK)[1];
        float[] row = memory.scratch(CHUNK);
        for (int at = 0; at < n; at += CHUNK) {
            int m = Math.min(CHUNK, n - at);
            load(memory.floats(a), at, row, zeroA, p, m);
            load(memory.floats(b), at, row, zeroB, q, m);
            scaleA.scale(p, 0, m);
            scaleB.scale(q, 0, m);
            add(p, q, subtract ? -1 : 1, m);
            scaleOut.scale(p, 0, m);
            DoubleScaler.clamp(p, range.zero(), range.min(), range.max(), m);
            DoubleScaler.narrow(p, row, m);
            System.arraycopy(row, 0, memory.floats(out), at, m);
        }
    }

    private void load(float[] x, int at, float[] row, int zero, double[] d, int m) {
        System.arraycopy(x, at, row, 0, m);
        DoubleScaler.widen(row, zero, d, m);
        double factor = 1 << shift;
        for (int i = 0; i < m; i++) {
            d[i] *= factor;
        }
    }

    private static void add(double[] p, double[] q, double sign, int m) {
        for (int i = 0; i < m; i++) {
            p[i] += sign * q[i];
        }
    }
}
