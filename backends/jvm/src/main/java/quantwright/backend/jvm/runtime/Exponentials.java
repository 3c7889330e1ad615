package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatMath;

/**
 * {@link FloatMath#exp} of rows of numbers that are at most 0, to the last bit, most of it in a form that the JIT makes
 * vectors of. It has none of bit casts; so powers of two come from tables.
 */
final class Exponentials {
    private static final int SIZE = 256;
    /** The two factors that exp multiplies by, index {@code -k}; k is at least -150. */
    private static final float[] LOW = new float[SIZE];
    private static final float[] HIGH = new float[SIZE];

    static {
        for (int i = 0; i < SIZE; i++) {
            int half = -i >> 1;
            LOW[i] = Math.scalb(1f, half);
            HIGH[i] = Math.scalb(1f, -i - half);
        }
    }

    private Exponentials() {
    }

    /**
     * {@code row[i] = exp(row[i] - max)}.
     *
     * @param row numbers that are at most {@code max}, minus infinity included, or NaN; replaced
     * @param max a finite number
     * @param powers scratch
     */
    static void ofDifferences(float[] row, float max, int[] powers, int n) {
        fractions(row, max, powers, n);
        for (int i = 0; i < n; i++) {
            int k = powers[i] & SIZE - 1;
            row[i] = row[i] * LOW[k] * HIGH[k];
        }
    }

    private static void fractions(float[] row, float max, int[] powers, int n) {
        for (int i = 0; i < n; i++) {
            float c = Math.max(row[i] - max, -104f);
            // Rounds half to even; that a zero may lose its sign is of no effect.
            float power = c * FloatMath.LOG2_E + Finish.SHIFTER - Finish.SHIFTER;
            row[i] = FloatMath.expFraction(c, power);
            powers[i] = (int) -power;
        }
    }
}
