package quantwright.backend.llvm.kernel;

/**
 * Numbers of an elementwise operation; which are used depends on it. Zero points and clamps are in the i8 domain.
 *
 * @param zero1      zero point of the first input
 * @param m1         its factor
 * @param zero2      zero point of the second input
 * @param m2         its factor
 * @param zero       zero point of the result
 * @param min        lower clamp
 * @param max        upper clamp
 * @param scale      scale of Quantize and Dequantize
 * @param table      256 entries: {@code table[q + 128]} replaces q
 * @param fixed      Q31 multiplier and right shift (of the 64-bit product, so at least 31) of input 1, input 2 and the
 *                   output
 * @param floatMin   lower bound of CLIP
 * @param floatMax   upper bound of CLIP
 * @param slope      of LEAKY_RELU
 */
public record ElementwiseParameters(int zero1, float m1, int zero2, float m2, int zero, int min, int max, float scale,
        byte[] table, FixedScale[] fixed, float floatMin, float floatMax, float slope) {
    /** A multiplier in Q31 and the total right shift of the product. */
    public record FixedScale(int multiplier, int shift) { }

    /** For operations that need no numbers. */
    public static ElementwiseParameters none() {
        return new ElementwiseParameters(0, 1f, 0, 1f, 0, -128, 127, 1f, null, null, 0f, 0f, 0f);
    }

    /** For {@code Add}. */
    public static ElementwiseParameters add(int zero1, float m1, int zero2, float m2, int zero, int min, int max) {
        return new ElementwiseParameters(zero1, m1, zero2, m2, zero, min, max, 1f, null, null, 0f, 0f, 0f);
    }

    /** For {@code Mul} ({@code zero2} used) and {@code Requantize} (not used). */
    public static ElementwiseParameters scaled(int zero1, int zero2, float factor, int zero, int min, int max) {
        return new ElementwiseParameters(zero1, factor, zero2, 1f, zero, min, max, 1f, null, null, 0f, 0f, 0f);
    }

    /** For {@code Quantize} (result's zero point) and {@code Dequantize} (input's). */
    public static ElementwiseParameters linear(float scale, int zero) {
        return new ElementwiseParameters(zero, 1f, 0, 1f, zero, -128, 127, scale, null, null, 0f, 0f, 0f);
    }

    /** For {@code Lookup}. */
    public static ElementwiseParameters lookup(byte[] table) {
        return new ElementwiseParameters(0, 1f, 0, 1f, 0, -128, 127, 1f, table, null, 0f, 0f, 0f);
    }

    /** For {@code FixedAdd} (three scales) and {@code FixedMul} (one). */
    public static ElementwiseParameters fixed(int zero1, int zero2, int zero, int min, int max, FixedScale... scales) {
        return new ElementwiseParameters(zero1, 1f, zero2, 1f, zero, min, max, 1f, null, scales, 0f, 0f, 0f);
    }

    /** For float activations. */
    public static ElementwiseParameters activation(float min, float max, float slope) {
        return new ElementwiseParameters(0, 1f, 0, 1f, 0, -128, 127, 1f, null, null, min, max, slope);
    }
}
