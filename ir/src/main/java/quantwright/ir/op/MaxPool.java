package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Maximum over a window of [N,H,W,C]; padded taps take no part. Works on quantized elements unchanged. From minus
 * infinity (the least stored integer), taps in (kh, kw) order: {@code m = x > m ? x : m}, so that NaN never wins.
 *
 * <p>C2: rank 4. C3: the window fits.
 */
@OpInfo(mnemonic = "max_pool", summary = "maximum over a window",
        operands = {"x"},
        source = "ONNX MaxPool; TFLite MAX_POOL_2D")
public record MaxPool(Window2d window) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        return cx.like(ConvShapes.positive(cx, window, cx.shape(0)));
    }
}
