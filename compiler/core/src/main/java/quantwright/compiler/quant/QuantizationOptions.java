package quantwright.compiler.quant;

import java.util.List;
import quantwright.ir.arith.Arithmetic;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/**
 * How a float graph is quantized.
 *
 * @param method how activation ranges are chosen
 * @param percentile share of elements kept by {@link RangeMethod#PERCENTILE}
 * @param symmetricActivations activation zero points are all 0
 * @param equalization scales channels between layers so that each uses its 8 bits well
 * @param weights how weights are quantized
 * @param arithmetic rounding of each op family
 * @param skip which nodes stay float
 * @param precision bits of each node
 * @param outputSoftmax whether every softmax becomes integer, also where no integer op reads it. Its 8-bit result has the step
 *     1/256, so that a classifier's small probabilities all become 0: the KL divergence from the float model, which sees
 *     those, rises. Softmax in front of integer ops is integer in any case, as their operand has 8 bits anyway
 * @param wideResults whether averages, sums and products of maps that only reals follow have 16 bits: nothing is gained by few
 *     bits there. Not on a chip that stores none
 * @param views calibration sets of colour images that have fewer samples are filled up to so many with views of their images
 */
public record QuantizationOptions(RangeMethod method, double percentile, boolean symmetricActivations,
                                  boolean equalization, WeightOptions weights, Arithmetic arithmetic,
                                  SkipList skip, PrecisionPlan precision, boolean outputSoftmax, boolean wideResults,
                                  int views) {
    /** Samples that the standard recipe makes of a calibration set of colour images, if it has fewer. */
    private static final int VIEWS = 168;

    /** The recipe used unless a user asks for another; the same for every model. */
    public static QuantizationOptions standard() {
        return new QuantizationOptions(RangeMethod.MSE, 0.9999, false, true, WeightOptions.standard(), ArithmeticPreset.F32,
                new SkipList(List.of(), List.of()), PrecisionPlan.uniform(LayerPrecision.W8A8), false, true,
                VIEWS);
    }

    /** The recipe as a chip's arithmetic allows it. */
    public static QuantizationOptions standard(HardwareProfile profile) {
        QuantizationRules rules = profile.quantization();
        QuantizationOptions standard = standard();
        return new QuantizationOptions(standard.method, standard.percentile, !rules.activationZeroPoints(),
                standard.equalization, standard.weights.withPerChannel(rules.perChannelWeights()), rules.roundings(),
                standard.skip, standard.precision, standard.outputSoftmax, profile.storesActivations(16),
                standard.views);
    }

    /** These options with other rounding. */
    public QuantizationOptions withArithmetic(Arithmetic other) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, other, skip,
                precision, outputSoftmax, wideResults, views);
    }

    /** These options with another range method. */
    public QuantizationOptions withMethod(RangeMethod other) {
        return new QuantizationOptions(other, percentile, symmetricActivations, equalization, weights, arithmetic, skip,
                precision, outputSoftmax, wideResults, views);
    }

    /** These options with or without equalization. */
    public QuantizationOptions withEqualization(boolean on) {
        return new QuantizationOptions(method, percentile, symmetricActivations, on, weights, arithmetic, skip,
                precision, outputSoftmax, wideResults, views);
    }

    /** These options with another way to quantize weights. */
    public QuantizationOptions withWeights(WeightOptions other) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, other, arithmetic, skip,
                precision, outputSoftmax, wideResults, views);
    }

    /** These options with another skip list. */
    public QuantizationOptions withSkip(SkipList other) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, arithmetic, other,
                precision, outputSoftmax, wideResults, views);
    }

    /** These options with another precision plan. */
    public QuantizationOptions withPrecision(PrecisionPlan other) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, arithmetic, skip,
                other, outputSoftmax, wideResults, views);
    }

    /** These options with or without an integer softmax in front of outputs. */
    public QuantizationOptions withOutputSoftmax(boolean on) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, arithmetic, skip,
                precision, on, wideResults, views);
    }

    /** These options with or without results of 16 bits in front of reals. */
    public QuantizationOptions withWideResults(boolean on) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, arithmetic, skip,
                precision, outputSoftmax, on, views);
    }

    /** These options with calibration sets of colour images filled up to so many samples; 0 leaves them as they are. */
    public QuantizationOptions withViews(int count) {
        return new QuantizationOptions(method, percentile, symmetricActivations, equalization, weights, arithmetic, skip,
                precision, outputSoftmax, wideResults, count);
    }
}
