package quantwright.backend.jvm.runtime;

/**
 * Converts between plain types. Floats are truncated and saturate, integers wrap, anything but 0 is true.
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
    private static final double TWO_63 = 0x1p63;

    @Override
    public void run(Memory memory) {
        Object source = memory.array(x);
        Object target = memory.array(out);
        for (int i = 0; i < n; i++) {
            switch (from) {
                case F32 -> real(((float[]) source)[i], target, i);
                case F64 -> real(((double[]) source)[i], target, i);
                default -> whole(from.get(source, i), target, i);
            }
        }
    }

    private void real(double value, Object target, int i) {
        switch (to) {
            case F32 -> ((float[]) target)[i] = (float) value;
            case F64 -> ((double[]) target)[i] = value;
            case U64 -> to.set(target, i, value >= TWO_63 ? unsigned(value) : Math.max(0, (long) value));
            default -> to.set(target, i, truth ? value != 0 ? 1 : 0 : Math.clamp((long) value, min, max));
        }
    }

    private static long unsigned(double value) {
        return value >= 2 * TWO_63 ? -1L : (long) (value - TWO_63) ^ Long.MIN_VALUE;
    }

    private void whole(long value, Object target, int i) {
        boolean huge = from == Storage.U64 && value < 0;
        // Half of it, with the lost bit kept for the rounding.
        long half = value >>> 1 | value & 1;
        switch (to) {
            case F32 -> ((float[]) target)[i] = huge ? 2f * (float) half : value;
            case F64 -> ((double[]) target)[i] = huge ? 2.0 * (double) half : value;
            default -> to.set(target, i, truth ? value == 0 ? 0 : 1 : value);
        }
    }
}
