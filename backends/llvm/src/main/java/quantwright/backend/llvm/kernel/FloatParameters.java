package quantwright.backend.llvm.kernel;

/**
 * The numbers of a float convolution.
 *
 * @param weights [output][kernel row][kernel column][input of the group]; depthwise: [channel][kernel row][kernel
 *                column]
 * @param bias    per output; null means zeros
 * @param before  numbers of the first activation
 * @param after   numbers of the second; null without one
 * @param scale   scale of a quantized result
 * @param zero    its zero point in the i8 domain
 */
public record FloatParameters(float[] weights, float[] bias, Bounds before, Bounds after, float scale, int zero) {
    /** Clip bounds and leaky slope of an activation; those it does not use are ignored. */
    public record Bounds(float min, float max, float slope) {
        /** For activations without numbers. */
        public static final Bounds NONE = new Bounds(0f, 0f, 0f);
    }

    /** Weights and bias for an epilogue without numbers. */
    public static FloatParameters of(float[] weights, float[] bias) {
        return new FloatParameters(weights, bias, Bounds.NONE, Bounds.NONE, 1f, 0);
    }
}
