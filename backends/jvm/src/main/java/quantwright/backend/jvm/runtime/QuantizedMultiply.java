package quantwright.backend.jvm.runtime;

/**
 * Product of two quantized tensors of one shape.
 *
 * @param a left operand
 * @param b right operand
 * @param out result
 * @param n elements
 * @param left storage of the left operand
 * @param right storage of the right operand
 * @param leftZero zero point of the left operand
 * @param rightZero zero point of the right operand
 * @param finish the rescaling
 */
public record QuantizedMultiply(int a, int b, int out, int n, Storage left, Storage right, int leftZero,
        int rightZero, Finish finish) implements Step {
    private static final int CHUNK = 1024;

    @Override
    public void reserve(Memory memory) {
        memory.sums(2, CHUNK);
        memory.accumulators(2, CHUNK);
        finish.reserve(memory, CHUNK);
    }

    @Override
    public void run(Memory memory) {
        if (left == Storage.WHOLE && right == Storage.WHOLE && finish.bias().length == 0) {
            floats(memory);
            return;
        }
        int[] p = memory.sums(2, CHUNK)[0];
        int[] q = memory.sums(2, CHUNK)[1];
        for (int at = 0; at < n; at += CHUNK) {
            int m = Math.min(CHUNK, n - at);
            left.centre(memory.array(a), at, leftZero, p, m);
            right.centre(memory.array(b), at, rightZero, q, m);
            for (int i = 0; i < m; i++) {
                p[i] *= q[i];
            }
            finish.store(memory, p, 0, 0, memory.array(out), at, 1, m);
        }
    }

    /** Products of 8-bit operands less their zero points are whole numbers below 2^24. */
    private void floats(Memory memory) {
        float[] p = memory.accumulators(2, CHUNK)[0];
        float[] q = memory.accumulators(2, CHUNK)[1];
        for (int at = 0; at < n; at += CHUNK) {
            int m = Math.min(CHUNK, n - at);
            left.widen(memory.array(a), at, leftZero, p, 0, m);
            right.widen(memory.array(b), at, rightZero, q, 0, m);
            multiply(p, q, m);
            finish.store(memory, p, 0, 0, memory.array(out), at, 1, m);
        }
    }

    private static void multiply(float[] p, float[] q, int n) {
        for (int i = 0; i < n; i++) {
            p[i] *= q[i];
        }
    }
}
