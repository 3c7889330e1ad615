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
    MSE;

    /** Name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
