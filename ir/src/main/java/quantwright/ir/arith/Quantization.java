package quantwright.ir.arith;

/** Conversion between f32 values and quantized integers: {@code real = scale * (q - zero)}. */
public final class Quantization {
    private Quantization() {
    }

    /**
     * Quantizes: {@code x / scale} by true f32 division; clamp in f32 to {@code [min - zero, max - zero]}; round half
     * to even; add zero. NaN gives the zero point (clamped to the range), infinities the bounds. Source: ONNX
     * {@code QuantizeLinear}, where the sum {@code rint(x / scale) + zero} saturates; the two agree for ranges exact in
     * f32.
     */
    public static int quantize(float x, float scale, QuantRange out) {
        if (Float.isNaN(x)) {
            return out.clamp(out.zero());
        }
        float quotient = x / scale;
        return Float.isNaN(quotient) ? out.clamp(out.zero()) : Requantizer.F32.finish(quotient, out);
    }

    /**
     * TFLite's QUANTIZE of float input: {@code (double) x / (double) scale}, rounded with ties away from zero; add
     * zero; clamp. NaN gives the zero point.
     */
    public static int quantizeTflite(float x, float scale, QuantRange out) {
        double quotient = (double) x / (double) scale;
        if (Double.isNaN(quotient)) {
            return out.clamp(out.zero());
        }
        double rounded = QuantRange.roundAway(quotient) + out.zero();
        return (int) Math.clamp(rounded, (double) out.min(), (double) out.max());
    }

    /** Dequantizes: {@code (float) (q - zero) * scale}, one f32 multiply. */
    public static float dequantize(int q, float scale, int zero) {
        return (float) (q - zero) * scale;
    }
}
