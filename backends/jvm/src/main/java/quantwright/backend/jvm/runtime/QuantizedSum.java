package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.QuantizedAdd;

/**
 * Sum or difference of two quantized tensors of one shape.
 *
 * @param a left operand
 * @param b right operand
 * @param out result
 * @param n elements
 * @param left storage of the left operand
 * @param right storage of the right operand
 * @param result storage of the result
 * @param adder the arithmetic
 */
public record QuantizedSum(int a, int b, int out, int n, Storage left, Storage right, Storage result,
        QuantizedAdd adder) implements Step {
    private static final int CHUNK = 1024;

    @Override
    public void reserve(Memory memory) {
        memory.sums(2, CHUNK);
        memory.scratch(CHUNK);
    }

    @Override
    public void run(Memory memory) {
        if (adder instanceof QuantizedAdd.F32 f && left == Storage.WHOLE && right == Storage.WHOLE
                && result == Storage.WHOLE) {
            add(f, memory.floats(a), memory.floats(b), memory.floats(out), n);
            return;
        }
        integers(memory);
    }

    private void integers(Memory memory) {
        int[] p = memory.sums(2, CHUNK)[0];
        int[] q = memory.sums(2, CHUNK)[1];
        for (int at = 0; at < n; at += CHUNK) {
            int m = Math.min(CHUNK, n - at);
            switch (adder) {
                case QuantizedAdd.F32 f -> {
                    left.centre(memory.array(a), at, f.zero1(), p, m);
                    right.centre(memory.array(b), at, f.zero2(), q, m);
                    add(f, p, q, memory.scratch(CHUNK), m);
                }
                case QuantizedAdd.Fixed f -> {
                    left.centre(memory.array(a), at, 0, p, m);
                    right.centre(memory.array(b), at, 0, q, m);
                    for (int i = 0; i < m; i++) {
                        p[i] = f.apply(p[i], q[i]);
                    }
                }
            }
            result.narrow(p, memory.array(out), at, m);
        }
    }

    private static void add(QuantizedAdd.F32 f, int[] p, int[] q, float[] sum, int n) {
        float m1 = f.factor1();
        float m2 = f.subtract() ? -f.factor2() : f.factor2();
        float low = f.out().min() - f.out().zero();
        float high = f.out().max() - f.out().zero();
        int zero = f.out().zero();
        for (int i = 0; i < n; i++) {
            sum[i] = (float) p[i] * m1 + (float) q[i] * m2;
        }
        for (int i = 0; i < n; i++) {
            sum[i] = Math.min(Math.max(sum[i], low), high) + Finish.SHIFTER - Finish.SHIFTER;
        }
        for (int i = 0; i < n; i++) {
            p[i] = (int) sum[i] + zero;
        }
    }

    private static void add(QuantizedAdd.F32 f, float[] p, float[] q, float[] sum, int n) {
        float m1 = f.factor1();
        float m2 = f.subtract() ? -f.factor2() : f.factor2();
        float zero1 = f.zero1();
        float zero2 = f.zero2();
        float low = f.out().min() - f.out().zero();
        float high = f.out().max() - f.out().zero();
        float zero = f.out().zero();
        for (int i = 0; i < n; i++) {
            sum[i] = Math.min(Math.max((p[i] - zero1) * m1 + (q[i] - zero2) * m2, low), high) + Finish.SHIFTER
                    - Finish.SHIFTER + zero;
        }
    }
}
