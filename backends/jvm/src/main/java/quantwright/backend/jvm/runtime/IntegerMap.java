package quantwright.backend.jvm.runtime;

/**
 * Shifts and clamps integers.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param from storage of the operand
 * @param to storage of the result, which keeps the low bits
 * @param offset added first
 * @param min least result
 * @param max greatest result
 */
public record IntegerMap(int x, int out, int n, Storage from, Storage to, long offset, long min, long max)
        implements Step {
    @Override
    public void run(Memory memory) {
        Object a = memory.array(x);
        Object b = memory.array(out);
        if (from == Storage.I8 && to == Storage.WHOLE && min == Long.MIN_VALUE) {
            widen((byte[]) a, (int) offset, (float[]) b);
            return;
        }
        if (from == Storage.WHOLE && to == Storage.WHOLE) {
            clamp((float[]) a, (float[]) b);
            return;
        }
        for (int i = 0; i < n; i++) {
            to.set(b, i, Math.clamp(from.get(a, i) + offset, min, max));
        }
    }

    private void widen(byte[] a, int add, float[] b) {
        for (int i = 0; i < n; i++) {
            b[i] = a[i] + add;
        }
    }

    private void clamp(float[] a, float[] b) {
        float add = offset;
        float low = min;
        float high = max;
        for (int i = 0; i < n; i++) {
            b[i] = Math.min(Math.max(a[i] + add, low), high);
        }
    }
}
