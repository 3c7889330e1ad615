package quantwright.backend.jvm.runtime;

/**
 * Fixed-point rescaling with a 31-bit multiplier and an i32 intermediate, in doubles, which the JIT makes vectors of.
 * With {@code value = high * 2^15 + low}, {@code (acc * value + 2^30) >> 31} is {@code floor((acc * high + floor((acc *
 * low + 2^30) / 2^15)) / 2^16)}: every term is a whole number below 2^53 for any i32, hence exact. The rounding shift by
 * s is {@code floor(h / 2^s + 1/2)}; where ties go away from zero, half a unit of the last place less below zero.
 *
 * @param high upper 16 bits of the multipliers
 * @param low lower 15 bits
 * @param down {@code 2^-s}
 * @param tie {@code 2^-(s + 1)} where ties go away from zero, 0 where they go up
 */
public record DoubleScaler(double[] high, double[] low, double[] down, double[] tie) {
    private static final double HALF = 0x1p30;

    /** Rescales whole numbers, one multiplier for each. */
    void scale(double[] d, int n) {
        product(d, high, low, n);
        shift(d, down, tie, n);
    }

    /** Rescales whole numbers by the multipliers from {@code first} on. */
    void scaleFrom(double[] d, int first, int n) {
        for (int i = 0; i < n; i++) {
            int c = first + i;
            double h = Math.floor((d[i] * high[c] + Math.floor((d[i] * low[c] + HALF) * 0x1p-15)) * 0x1p-16);
            d[i] = Math.floor(h * down[c] + (0.5 - Math.min(Math.max(-h, 0.0), 1.0) * tie[c]));
        }
    }

    /** Rescales whole numbers by multiplier {@code c}. */
    void scale(double[] d, int c, int n) {
        product(d, high[c], low[c], n);
        shift(d, down[c], tie[c], n);
    }

    private static void product(double[] d, double[] high, double[] low, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.floor((d[i] * high[i] + Math.floor((d[i] * low[i] + HALF) * 0x1p-15)) * 0x1p-16);
        }
    }

    private static void product(double[] d, double high, double low, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.floor((d[i] * high + Math.floor((d[i] * low + HALF) * 0x1p-15)) * 0x1p-16);
        }
    }

    private static void shift(double[] d, double[] down, double[] tie, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.floor(d[i] * down[i] + (0.5 - Math.min(Math.max(-d[i], 0.0), 1.0) * tie[i]));
        }
    }

    private static void shift(double[] d, double down, double tie, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.floor(d[i] * down + (0.5 - Math.min(Math.max(-d[i], 0.0), 1.0) * tie));
        }
    }

    /** Adds a zero point and clamps. */
    static void clamp(double[] d, double zero, double min, double max, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = Math.min(Math.max(d[i] + zero, min), max);
        }
    }

    /** Floats as doubles, less a zero point. */
    static void widen(float[] x, float zero, double[] d, int n) {
        for (int i = 0; i < n; i++) {
            d[i] = x[i] - zero;
        }
    }

    /** Doubles as floats. */
    static void narrow(double[] d, float[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (float) d[i];
        }
    }
}
