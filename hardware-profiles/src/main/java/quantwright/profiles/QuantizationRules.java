package quantwright.profiles;

/**
 * What the chip's integer arithmetic looks like.
 *
 * @param arithmetic preset that chooses each op's rounding: {@code f32}, {@code tflite}, {@code onnx} or {@code xnnpack}
 * @param perChannelWeights whether weights may have a scale for each output channel
 * @param weightZeroPoints whether weight zero points may differ from 0
 * @param activationZeroPoints whether activation zero points may differ from 0
 */
public record QuantizationRules(String arithmetic, boolean perChannelWeights, boolean weightZeroPoints,
                                boolean activationZeroPoints) {
}
