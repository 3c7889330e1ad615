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
            case LEAKY_RELU -> {
                for (int i = 0; i < n; i++) {
                    b[i] = a[i] < 0 ? alpha * a[i] : a[i];
                }
            }
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

    private void clip(float[] a, float[] b) {
        float low = alpha;
        float high = beta;
        for (int i = 0; i < n; i++) {
            float raised = a[i] < low ? low : a[i];
            b[i] = raised > high ? high : raised;
        }
    }
}
