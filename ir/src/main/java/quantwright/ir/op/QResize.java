package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.TensorType;

/**
 * Resamples the spatial axes; scale and zero point stay. Linear interpolation under {@code F32} takes integer weights
 * in Q11 ({@code quantwright.ir.arith.ResizeWeights}), under {@code Fixed} TFLite's in Q10 ({@code
 * ResizeTaps.linearTflite}).
 *
 * <p>C1: the result keeps the operand's parameters. C2: rank 4, quantized per tensor, positive output.
 */
@OpInfo(mnemonic = "q.resize", summary = "quantized resampling",
        operands = {"x"},
        source = "TFLite RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR")
public record QResize(ResizeSpec spec, Rounding rounding) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        cx.require(cx.shape(0).rank() == 4 && spec.outH() > 0 && spec.outW() > 0, 2, "rank must be 4, output positive");
        cx.require(cx.requestedPerTensor().equals(cx.operand(0).element()), 1, "resize keeps scale and zero point");
        return cx.like(cx.shape(0).with(1, spec.outH()).with(2, spec.outW()));
    }
}
