package quantwright.compiler.quant;

import java.util.Locale;

/** How the scale of a layer's weights is chosen. */
public enum WeightRange {
    /** The greatest magnitude is the greatest stored value. */
    MAX,
    /**
     * Least squared rounding error of the weights. Source: R. Banner et al., "Post training 4-bit quantization of
     * convolutional networks for rapid-deployment", NeurIPS 2019; here by search over ratios, as the range of
     * activations.
     */
    MSE,
    /**
     * Least squared error of the layer's outputs on calibration data, once its weights are rounded: scales about that of
     * {@link #MSE} are tried for each output, each with a rounding of its own. As {@code MSE} where rounding looks at no data
     * or outputs share a scale. Source: P. Wang et al., "Towards accurate post-training network quantization via bit-split and
     * stitching", ICML 2020, which chooses scales and stored values by the same error.
     */
    OUTPUT;

    /** Name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
