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
     * TFLite MEAN of a row of stored values: {@code rescale(rawSum - offset) + bias}, clamped. There are two forms,
     * which differ by a step now and then.
     */
    public static final class TfliteMean {
        private final Requantizer.Fixed scaler;
        private final int offset;
        private final int bias;
        private final QuantRange out;

        private TfliteMean(Requantizer.Fixed scaler, int offset, int bias, QuantRange out) {
            this.scaler = scaler;
            this.offset = offset;
            this.bias = bias;
            this.out = out;
        }

        /**
         * Over axes 1 and 2 of a rank-4 tensor with kept dimensions. The factor is {@code in / (count * outScale)} in
         * f32. Zero points make a term that rounds by itself: offset 0, {@code bias = zeroOut - truncate(t +
         * copysign(0.5, t))} with {@code t = zeroIn * in / outScale} in f32.
         */
        public static TfliteMean spatial(Rounding.Fixed rounding, float in, int zeroIn, float outScale, QuantRange out,
                int count) {
            float t = (float) zeroIn * in / outScale;
            float nudged = t > 0 ? t + 0.5f : t - 0.5f;
            float factor = in / ((float) count * outScale);
            var scaler = new Requantizer.Fixed(rounding, Multiplier.of(factor, rounding.multiplierBits()));
            return new TfliteMean(scaler, 0, out.zero() - (int) nudged, out);
        }

        /**
         * Over any other axes. The multiplier of {@code (double) in / (double) outScale} is shifted left by {@code
         * s = floor(log2(count))}, at most 32 and at most what keeps the exponent at -31, and divided by the count,
         * truncated; its exponent is less by s. Offset {@code count * zeroIn}, bias the result's zero point.
         */
        public static TfliteMean general(Rounding.Fixed rounding, float in, int zeroIn, float outScale, QuantRange out,
                int count) {
            Multiplier m = Multiplier.of(Scales.rescaleFactor(in, outScale), rounding.multiplierBits());
            int shift = Math.min(63 - Long.numberOfLeadingZeros(count), Math.min(32, 31 + m.exponent()));
            long value = (m.value() << shift) / count;
            var scaled = new Multiplier(m.bits(), value, value == 0 ? 0 : m.exponent() - shift);
            var scaler = new Requantizer.Fixed(rounding, scaled);
            return new TfliteMean(scaler, count * zeroIn, out.zero(), out);
        }

        /** The stored mean of values with this sum. */
        public int apply(int rawSum) {
            return out.clamp(scaler.scale(rawSum - offset) + bias);
        }

        /** Taken from the raw sum before rescaling. */
        public int offset() {
            return offset;
        }

        /** Added after rescaling. */
        public int bias() {
            return bias;
        }

        /** The rescaling. */
        public Requantizer.Fixed scaler() {
            return scaler;
        }
    }
}
