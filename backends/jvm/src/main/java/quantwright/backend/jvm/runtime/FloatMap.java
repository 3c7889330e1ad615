package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatMath;
import quantwright.ir.op.UnaryKind;

/**
 * A function of one f32.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param kind which
 */
public record FloatMap(int x, int out, int n, UnaryKind kind) implements Step {
    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        switch (kind) {
            case RELU -> relu(a, b, n);
            case SQRT -> {
                for (int i = 0; i < n; i++) {
                    b[i] = FloatMath.sqrt(a[i]);
                }
            }
            case RECIPROCAL -> {
                for (int i = 0; i < n; i++) {
                    b[i] = 1f / a[i];
                }
            }
            case NEG -> {
                for (int i = 0; i < n; i++) {
                    b[i] = -a[i];
                }
            }
            case ABS -> {
                for (int i = 0; i < n; i++) {
                    b[i] = Math.abs(a[i]);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    b[i] = apply(a[i]);
                }
            }
        }
    }

    private static void relu(float[] a, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            b[i] = Math.max(a[i], -0f) * FloatRamp.signUnlessNegative(a[i]);
        }
    }

    private float apply(float v) {
        return switch (kind) {
            case SIGMOID -> FloatMath.sigmoid(v);
            case TANH -> FloatMath.tanh(v);
            case EXP -> FloatMath.exp(v);
            case LOG -> FloatMath.log(v);
            case FLOOR -> (float) Math.floor(v);
            case CEIL -> (float) Math.ceil(v);
            case ROUND -> (float) Math.rint(v);
            case SIGN -> v > 0 ? 1 : v < 0 ? -1 : v;
            case ERF -> FloatMath.erf(v);
            case GELU -> FloatMath.gelu(v);
            case GELU_TANH -> FloatMath.geluTanh(v);
            case HARD_SWISH -> FloatMath.hardSwish(v);
            case SOFTPLUS -> FloatMath.softplus(v);
            case SILU -> FloatMath.silu(v);
            case SIN -> FloatMath.sin(v);
            case COS -> FloatMath.cos(v);
            case RELU, SQRT, RECIPROCAL, NEG, ABS, NOT -> throw new IllegalStateException(kind.toString());
        };
    }
}
