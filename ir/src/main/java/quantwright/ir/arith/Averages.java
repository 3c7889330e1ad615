package quantwright.ir.arith;

/** Averages of quantized values over a window or over axes; {@code count} is the number of values summed. */
public final class Averages {
    private Averages() {
    }

    /** Factor of a rescaled average: {@code (double) in / ((double) out * count)}, applied to the sum of (q - zero). */
    public static double factor(float in, float out, int count) {
        return (double) in / ((double) out * count);
    }

    /**
     * TFLite AVERAGE_POOL_2D: the sum of raw stored values divided by the count, ties away from zero, clamped. Operand
     * and result share scale and zero point.
     */
    public static int divide(int rawSum, int count, QuantRange out) {
        return out.clamp(IntegerRounding.divide(rawSum, count, Rounding.Mode.HALF_AWAY));
    }

    /**
     * TFLite MEAN over both spatial axes of a rank-4 tensor with kept dimensions. The sum of raw stored values is
     * rescaled by {@code in / (count * out)}, computed in f32, and a separately rounded zero-point term is added:
     * {@code zeroOut - truncate(t + copysign(0.5, t))} with {@code t = zeroIn * in / out} in f32.
     */
    public static final class TfliteMean {
        private final Requantizer.Fixed scaler;
        private final int bias;
        private final QuantRange out;

        /** Precomputes multiplier and zero-point term. */
        public TfliteMean(Rounding.Fixed rounding, float in, int zeroIn, float outScale, QuantRange out, int count) {
            float t = (float) zeroIn * in / outScale;
            float nudged = t > 0 ? t + 0.5f : t - 0.5f;
            this.bias = out.zero() - (int) nudged;
            float factor = in / ((float) count * outScale);
            this.scaler = new Requantizer.Fixed(rounding, Multiplier.of(factor, rounding.multiplierBits()));
            this.out = out;
        }

        /** The stored mean of values with this sum. */
        public int apply(int rawSum) {
            return out.clamp(scaler.scale(rawSum) + bias);
        }

        /** Integer added after rescaling. */
        public int bias() {
            return bias;
        }

        /** Rescaling of the raw sum. */
        public Requantizer.Fixed scaler() {
            return scaler;
        }
    }

    /**
     * TFLite MEAN over any other axes: {@code float(sum) / float(count) * scale + bias} in f32 with {@code scale = in /
     * out} and {@code bias = -zeroIn * scale}; ties away from zero; add the zero point; clamp.
     */
    public static int tfliteGeneralMean(int rawSum, int count, float in, int zeroIn, float outScale, QuantRange out) {
        float scale = in / outScale;
        float bias = (float) -zeroIn * scale;
        float mean = (float) rawSum / (float) count;
        float scaled = mean * scale;
        return out.clamp((long) QuantRange.roundAway(scaled + bias) + out.zero());
    }
}
