package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Average over a window of [N,H,W,C]: the sum of the valid taps, (kh, kw) ascending from 0, divided by the count. The count
 * is that of the valid taps, or with {@code countIncludePad} of all taps inside the padded extent less the last
 * {@code uncountedBottom} rows and {@code uncountedRight} columns (the part that only ceil mode added).
 *
 * <p>C2: rank 4, float. C3: the window fits.
 */
@OpInfo(mnemonic = "avg_pool", summary = "average over a window",
        operands = {"x"},
        source = "ONNX AveragePool; TFLite AVERAGE_POOL_2D")
public record AvgPool(Window2d window, boolean countIncludePad, int uncountedBottom, int uncountedRight) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(ConvShapes.positive(cx, window, cx.shape(0)));
    }
}
