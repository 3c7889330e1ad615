package quantwright.compiler.quant;

import java.util.Locale;

/** How a layer's weights are rounded, once their scales are chosen. */
public enum WeightRounding {
    /** Each weight to the nearest stored value. */
    NEAREST,
    /**
     * One input after another, the error of each made good by the inputs that follow, by the second moments of the layer's
     * inputs on calibration data. Source: E. Frantar et al., "GPTQ: accurate post-training quantization for generative
     * pre-trained transformers", ICLR 2023.
     */
    GPTQ,
    /**
     * As {@link #GPTQ}, and then one step up or down at a time while that lessens the squared error of the layer's outputs.
     * The problem is that of M. Nagel et al., "Up or down? Adaptive rounding for post-training quantization", ICML 2020,
     * section 3.2, which AdaRound relaxes to a continuous one; the descent that of P. Nair and A. Suggala, "CDQuant:
     * greedy coordinate descent for accurate LLM quantization", 2024.
     */
    DESCENT,
    /**
     * {@link #DESCENT} in turn with the scales: each output's is the one of least squared error for the stored values, by which
     * these are then improved again. Weights and step sizes of a layer are chosen together by its error as in I. Hubara et al.,
     * "Accurate post training quantization with small calibration sets", ICML 2021, section 3.1.
     */
    ALTERNATING;

    /** Name on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
