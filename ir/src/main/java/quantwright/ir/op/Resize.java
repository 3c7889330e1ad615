package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Resamples the spatial axes of [N,H,W,C]; positions and interpolation are those of
 * {@code quantwright.ir.arith.ResizeTaps}. Nearest neighbours move any element; linear interpolation is for floats.
 *
 * <p>C2: rank 4, positive output.
 */
@OpInfo(mnemonic = "resize", summary = "resamples the spatial axes",
        operands = {"x"},
        source = "ONNX Resize, Upsample; TFLite RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR")
public record Resize(ResizeSpec spec) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.shape(0).rank() == 4 && spec.outH() > 0 && spec.outW() > 0, 2, "rank must be 4, output positive");
        return cx.like(cx.shape(0).with(1, spec.outH()).with(2, spec.outW()));
    }
}
