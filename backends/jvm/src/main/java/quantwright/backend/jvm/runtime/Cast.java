package quantwright.backend.jvm.runtime;

/**
 * Converts between f32 and plain integers. Floats are truncated and saturate, integers wrap, anything but 0 is true.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param from storage of the operand
 * @param to storage of the result
 * @param truth whether the result is boolean
 * @param min least result of a float
 * @param max greatest result of a float
 */
public record Cast(int x, int out, int n, Storage from, Storage to, boolean truth, long min, long max)
        implements Step {
    @Override
    public void run(Memory memory) {
        Object source = memory.array(x);
        Object target = memory.array(out);
        for (int i = 0; i < n; i++) {
            if (from != Storage.F32) {
                long value = from.get(source, i);
                if (to == Storage.F32) {
                    ((float[]) target)[i] = value;
                } else {
                    to.set(target, i, truth ? value == 0 ? 0 : 1 : value);
                }
            } else {
                float value = ((float[]) source)[i];
                to.set(target, i, truth ? value != 0 ? 1 : 0 : Math.clamp((long) value, min, max));
            }
        }
    }
}
