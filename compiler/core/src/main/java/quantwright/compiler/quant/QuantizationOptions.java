package quantwright.compiler.quant;

import java.util.List;
import quantwright.ir.arith.ArithmeticPreset;

/**
 * How a float graph is quantized.
 *
 * @param method how activation ranges are chosen
 * @param percentile share of elements kept by {@link RangeMethod#PERCENTILE}
 * @param perChannelWeights a weight scale for each output channel
 * @param symmetricActivations activation zero points are all 0
 * @param equalization scales channels between layers so that each uses its 8 bits well
 * @param biasCorrection removes each channel's mean error on the calibration data
 * @param arithmetic rounding of each op family
 * @param skip which nodes stay float
 */
public record QuantizationOptions(RangeMethod method, double percentile, boolean perChannelWeights,
                                  boolean symmetricActivations, boolean equalization, boolean biasCorrection,
                                  ArithmeticPreset arithmetic, SkipList skip) {
    /** The recipe used unless a user asks for another; the same for every model. */
    public static QuantizationOptions standard() {
        return new QuantizationOptions(RangeMethod.MSE, 0.9999, true, false, true, true, ArithmeticPreset.F32,
                new SkipList(List.of(), List.of()));
    }

    /** These options with other rounding. */
    public QuantizationOptions withArithmetic(ArithmeticPreset other) {
        return new QuantizationOptions(method, percentile, perChannelWeights, symmetricActivations, equalization,
                biasCorrection, other, skip);
    }

    /** These options with another range method. */
    public QuantizationOptions withMethod(RangeMethod other) {
        return new QuantizationOptions(other, percentile, perChannelWeights, symmetricActivations, equalization,
                biasCorrection, arithmetic, skip);
    }

    /** These options with or without equalization. */
    public QuantizationOptions withEqualization(boolean on) {
        return new QuantizationOptions(method, percentile, perChannelWeights, symmetricActivations, on, biasCorrection,
                arithmetic, skip);
    }

    /** These options with or without bias correction. */
    public QuantizationOptions withBiasCorrection(boolean on) {
        return new QuantizationOptions(method, percentile, perChannelWeights, symmetricActivations, equalization, on,
                arithmetic, skip);
    }

    /** These options with another skip list. */
    public QuantizationOptions withSkip(SkipList other) {
        return new QuantizationOptions(method, percentile, perChannelWeights, symmetricActivations, equalization,
                biasCorrection, arithmetic, other);
    }
}
