package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatMath;

/**
 * A function of one f32 with parameters.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param kind which
 * @param alpha first parameter
 * @param beta second parameter
 */
public record FloatRamp(int x, int out, int n, Kind kind, float alpha, float beta) implements Step {
    /** Functions with parameters. */
    public enum Kind {
        /** Clamps to [alpha, beta]. */
        CLIP,
        /** {@code v < 0 ? alpha * v : v}. */
        LEAKY_RELU,
        /** {@code v < 0 ? alpha * (exp(v) - 1) : v}. */
        ELU,
        /** alpha * v + beta, clamped to [0, 1]. */
        HARD_SIGMOID
    }

    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        switch (kind) {
            case CLIP -> clip(a, b);
            case LEAKY_RELU -> leakyRelu(a, b);
            case ELU -> {
                for (int i = 0; i < n; i++) {
                    b[i] = a[i] < 0 ? alpha * (FloatMath.exp(a[i]) - 1) : a[i];
                }
            }
            case HARD_SIGMOID -> {
                for (int i = 0; i < n; i++) {
                    float line = alpha * a[i] + beta;
                    b[i] = line < 0 ? 0 : line > 1 ? 1 : line;
                }
            }
        }
    }

    /**
     * -1 for what is below zero, else 1. {@code max(v, -0) * signUnlessNegative(v)} is {@code v < 0 ? 0 : v} to the last
     * bit, negative zeros and NaN included, without a branch that would keep the JIT from making vectors.
     */
    static float signUnlessNegative(float v) {
        return 2f * Math.signum(Math.min(v, -0f)) + 1f;
    }

    private void leakyRelu(float[] a, float[] b) {
        float slope = alpha;
        if (slope >= 0) {
            for (int i = 0; i < n; i++) {
                b[i] = slope * Math.min(a[i], -0f) + Math.max(a[i], -0f);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            b[i] = a[i] < 0 ? slope * a[i] : a[i];
        }
    }

    private void clip(float[] a, float[] b) {
        float low = alpha;
        float high = beta;
        if (Float.floatToRawIntBits(low) == 0 && high > 0) {
            for (int i = 0; i < n; i++) {
                b[i] = Math.min(Math.max(a[i], -0f) * signUnlessNegative(a[i]), high);
            }
            return;
        }
        if (low != 0 && high != 0 && low <= high) {
            for (int i = 0; i < n; i++) {
                b[i] = Math.min(Math.max(a[i], low), high);
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            float raised = a[i] < low ? low : a[i];
            b[i] = raised > high ? high : raised;
        }
    }
}
