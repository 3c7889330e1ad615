package quantwright.ir.interp;

import java.util.function.DoubleUnaryOperator;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.TensorType;

/** Elementwise arithmetic in f64; transcendental functions are those of {@link StrictMath}. */
final class WideFloats {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private WideFloats() {
    }

    static Tensor map(Tensor x, DoubleUnaryOperator f, TensorType result) {
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            out.doubles()[i] = f.applyAsDouble(x.doubles()[i]);
        }
        return out;
    }

    static double binary(BinaryKind kind, double a, double b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MIN -> a < b ? a : b;
            case MAX -> a > b ? a : b;
            case POW -> StrictMath.pow(a, b);
            case MOD -> a % b;
        };
    }

    static double unary(UnaryKind kind, double x) {
        return switch (kind) {
            case RELU -> x < 0 ? 0 : x;
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case TANH -> StrictMath.tanh(x);
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case SQRT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> x > 0 ? 1 : x < 0 ? -1 : x;
            case ERF -> erf(x);
            case GELU -> 0.5 * x * (1 + erf(x * SQRT_HALF));
            case GELU_TANH -> 0.5 * x * (1 + StrictMath.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)));
            case HARD_SWISH -> x * Math.max(0, Math.min(1, x / 6 + 0.5));
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case SILU -> x / (1 + StrictMath.exp(-x));
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case NOT -> throw new IllegalArgumentException("NOT is for bool and integers, not f64");
        };
    }

    /** Error function by its Maclaurin series near 0 and the continued fraction of erfc beyond (Lentz's method). */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (!(a < 6)) {
            return Double.isNaN(x) ? x : Math.signum(x);
        }
        if (a < 2) {
            double term = a;
            double sum = a;
            for (int n = 1; n < 60; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(2 / Math.sqrt(Math.PI) * sum, x);
        }
        double fraction = 0;
        for (int n = 120; n > 0; n--) {
            fraction = n / 2.0 / (a + fraction);
        }
        return Math.copySign(1 - StrictMath.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction), x);
    }
}
