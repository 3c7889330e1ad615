package quantwright.compiler.quant;

/**
 * How weights are quantized.
 *
 * @param perChannel a scale for each output channel
 * @param range how scales are chosen
 * @param biasCorrection the bias takes back each channel's mean error on the calibration data
 */
public record WeightOptions(boolean perChannel, WeightRange range, boolean biasCorrection) {
    /** The recipe used unless a user asks for another. */
    public static WeightOptions standard() {
        return new WeightOptions(true, WeightRange.MAX, true);
    }

    /** These options with a scale for each output channel, or one for all. */
    public WeightOptions withPerChannel(boolean on) {
        return new WeightOptions(on, range, biasCorrection);
    }

    /** These options with another way to choose scales. */
    public WeightOptions withRange(WeightRange other) {
        return new WeightOptions(perChannel, other, biasCorrection);
    }

    /** These options with or without bias correction. */
    public WeightOptions withBiasCorrection(boolean on) {
        return new WeightOptions(perChannel, range, on);
    }
}
