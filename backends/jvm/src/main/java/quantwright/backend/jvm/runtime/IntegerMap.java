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
        if (a instanceof byte[] p && b instanceof byte[] q && min == Long.MIN_VALUE) {
            int add = (int) offset;
            for (int i = 0; i < n; i++) {
                q[i] = (byte) (p[i] + add);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            to.set(b, i, Math.clamp(from.get(a, i) + offset, min, max));
        }
    }
}
