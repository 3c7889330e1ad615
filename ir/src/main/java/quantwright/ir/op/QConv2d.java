package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Quantized convolution, geometry as {@link Conv2d}: i32 sum of (qx - zx) * (qw - zw) over the window plus the i32 bias
 * (scale sx * sw, zero point 0), requantized by {@code rounding} and clamped. A plain i32 result is the raw sum. Padded
 * taps are fed x's zero point.
 *
 * <p>C1: the result is quantized per tensor or i32. C2: shapes agree. C3: the window fits. C4: elements fit. C5: the clamp
 * lies inside the storage.
 */
@OpInfo(mnemonic = "q.conv2d", summary = "quantized 2-D convolution",
        operands = {"x", "w", "bias?"},
        source = "ONNX QLinearConv, ConvInteger; TFLite CONV_2D, DEPTHWISE_CONV_2D")
public record QConv2d(Window2d window, int groups, Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 3);
        Shape out = ConvShapes.conv(cx, window, groups);
        QuantShapes.product(cx, 0);
        return OpContext.result(QuantShapes.productResult(cx, clamp), out);
    }
}
