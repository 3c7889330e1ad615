package quantwright.compiler.quant;

/**
 * How weights are quantized.
 *
 * @param perChannel a scale for each output channel
 * @param range how scales are chosen
 * @param rounding how weights are rounded
 * @param sequential layers are tuned one after the other, each by what the integer layers before it compute
 * @param biasCorrection the bias takes back each channel's mean error on the calibration data
 */
public record WeightOptions(boolean perChannel, WeightRange range, WeightRounding rounding, boolean sequential,
                            boolean biasCorrection) {
    /** The recipe used unless a user asks for another. */
    public static WeightOptions standard() {
        return new WeightOptions(true, WeightRange.OUTPUT, WeightRounding.DESCENT, true, true);
    }

    /** These options with a scale for each output channel, or one for all. */
    public WeightOptions withPerChannel(boolean on) {
        return new WeightOptions(on, range, rounding, sequential, biasCorrection);
    }

    /** These options with another way to choose scales. */
    public WeightOptions withRange(WeightRange other) {
        return new WeightOptions(perChannel, other, rounding, sequential, biasCorrection);
    }

    /** These options with or without bias correction. */
    public WeightOptions withBiasCorrection(boolean on) {
        return new WeightOptions(perChannel, range, rounding, sequential, on);
    }

    /** These options with another rounding. */
    public WeightOptions withRounding(WeightRounding other) {
        return new WeightOptions(perChannel, range, other, sequential, biasCorrection);
    }

    /** These options with or without sequential order. */
    public WeightOptions withSequential(boolean on) {
        return new WeightOptions(perChannel, range, rounding, on, biasCorrection);
    }

    /** These options without what chooses a scale of each output by its rounding. */
    WeightOptions withSharedScales() {
        return withRange(range == WeightRange.OUTPUT ? WeightRange.MSE : range)
                .withRounding(rounding == WeightRounding.ALTERNATING ? WeightRounding.DESCENT : rounding);
    }

    /** These options without what needs the layers to be tuned on data. */
    public WeightOptions untuned() {
        return withRounding(WeightRounding.NEAREST).withSequential(false);
    }
}
