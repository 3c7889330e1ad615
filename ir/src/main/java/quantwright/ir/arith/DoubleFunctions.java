package quantwright.ir.arith;

/** Activation functions in double on {@link StrictMath} only: the same bits on every JVM. They fill tables. */
public final class DoubleFunctions {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double SQRT_HALF = 0.7071067811865476;
    private static final double SQRT_TWO_OVER_PI = 0.7978845608028654;

    private DoubleFunctions() {
    }

    /** {@code 1 / (1 + exp(-x))}. */
    public static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /** {@code x * sigmoid(x)}. */
    public static double silu(double x) {
        return x * sigmoid(x);
    }

    /** Hyperbolic tangent. */
    public static double tanh(double x) {
        return StrictMath.tanh(x);
    }

    /** {@code log(1 + exp(x))}. */
    public static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    /** {@code x * min(max(x / 6 + 0.5, 0), 1)}. Source: ONNX HardSwish. */
    public static double hardSwish(double x) {
        return x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
    }

    /** {@code x * (1 + erf(x / sqrt 2)) / 2}. */
    public static double gelu(double x) {
        return 0.5 * x * (1 + erf(x * SQRT_HALF));
    }

    /** {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2}. */
    public static double geluTanh(double x) {
        return 0.5 * x * (1 + StrictMath.tanh(SQRT_TWO_OVER_PI * (x + 0.044715 * x * x * x)));
    }

    /**
     * Error function by the positive series {@code 2 / sqrt pi * exp(-x^2) * sum 2^n x^(2n+1) / (2n+1)!!}, about 1e-15
     * relative; 1 beyond |x| = 6. Source: NIST DLMF 7.6.2.
     */
    public static double erf(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        double a = Math.abs(x);
        if (a >= 6) {
            return Math.copySign(1, x);
        }
        double square = a * a;
        double term = a;
        double sum = a;
        for (int n = 1; term > sum * 0x1p-60; n++) {
            term *= 2 * square / (2 * n + 1);
            sum += term;
        }
        return Math.copySign(TWO_OVER_SQRT_PI * StrictMath.exp(-square) * sum, x);
    }
}
