package quantwright.profiles;

import java.util.Map;
import quantwright.ir.arith.Arithmetic;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.Rounding;

/**
 * What the chip's integer arithmetic looks like.
 *
 * @param arithmetic preset that chooses each op's rounding: {@code f32}, {@code tflite}, {@code onnx} or {@code xnnpack}
 * @param perChannelWeights whether weights may have a scale for each output channel
 * @param weightZeroPoints whether weight zero points may differ from 0
 * @param activationZeroPoints whether activation zero points may differ from 0
 * @param rounding rounding of the op families that differ from the preset
 * @param groupSize weights along the summed index that may share a scale of their own; 0 if groups are not supported
 * @param accumulatorBits width that sums have to fit
 */
public record QuantizationRules(String arithmetic, boolean perChannelWeights, boolean weightZeroPoints,
                                boolean activationZeroPoints, Map<OpFamily, Rounding> rounding, int groupSize,
                                int accumulatorBits) {
    /** Copies the map. */
    public QuantizationRules {
        rounding = Map.copyOf(rounding);
    }

    /** Rules of a preset, with 32-bit sums and no group scales. */
    public QuantizationRules(String arithmetic, boolean perChannelWeights, boolean weightZeroPoints,
            boolean activationZeroPoints) {
        this(arithmetic, perChannelWeights, weightZeroPoints, activationZeroPoints, Map.of(), 0, 32);
    }

    /** The rounding of every op family. */
    public Arithmetic roundings() {
        ArithmeticPreset preset = ArithmeticPreset.parse(arithmetic);
        return rounding.isEmpty() ? preset : new Arithmetic.Custom(preset, rounding);
    }
}
