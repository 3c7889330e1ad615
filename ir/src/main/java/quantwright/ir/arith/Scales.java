package quantwright.ir.arith;

/** Factors and bias values derived from scales, each with the precision of every step stated. */
public final class Scales {
    private Scales() {
    }

    /**
     * Factor of a convolution or matrix product: {@code (double) in * (double) weight / (double) out}. Every rounding
     * uses it, per channel or per tensor, but for {@link #fullyConnectedFactor}.
     */
    public static double productFactor(float in, float weight, float out) {
        return (double) in * (double) weight / (double) out;
    }

    /**
     * Factor of a fully connected layer. With one weight scale for the tensor and a fixed-point rounding TFLite
     * multiplies the two scales in f32 first: {@code (double) (in * weight) / (double) out}. Otherwise as
     * {@link #productFactor}.
     */
    public static double fullyConnectedFactor(Rounding rounding, boolean perChannel, float in, float weight,
            float out) {
        return switch (rounding) {
            case Rounding.F32 _ -> productFactor(in, weight, out);
            case Rounding.Fixed _ -> perChannel ? productFactor(in, weight, out)
                : (double) (in * weight) / (double) out;
        };
    }

    /** Factor between two quantizations of one value: {@code (double) in / (double) out}. */
    public static double rescaleFactor(float in, float out) {
        return (double) in / (double) out;
    }

    /**
     * Factor of an elementwise product: double throughout for {@link Rounding.F32}; {@code in1 * in2 / out} in f32 for
     * fixed-point roundings, as TFLite MUL.
     */
    public static double mulFactor(Rounding rounding, float in1, float in2, float out) {
        return switch (rounding) {
            case Rounding.F32 _ -> productFactor(in1, in2, out);
            case Rounding.Fixed _ -> in1 * in2 / out;
        };
    }

    /**
     * A bias in accumulator units: {@code rint((double) bias / ((double) in * (double) weight))}.
     *
     * @throws ArithmeticException if the result's magnitude exceeds 2^30 or is not a number; the quantizer then takes a
     *                             larger weight scale
     */
    public static int quantizeBias(float bias, float in, float weight) {
        double q = Math.rint((double) bias / ((double) in * (double) weight));
        if (!(Math.abs(q) <= 1 << 30)) {
            throw new ArithmeticException("bias " + bias + " at scale " + in + " * " + weight + " exceeds 2^30");
        }
        return (int) q;
    }
}
