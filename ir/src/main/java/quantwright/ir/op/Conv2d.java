package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * 2-D convolution. {@code x} is [N,H,W,C], {@code w} is [O,KH,KW,C/groups], {@code bias} is [O]; the result is
 * [N,H',W',O]. Sums run over (kh, kw, ic) ascending from the bias with fused multiply-add; padded taps are fed 0.
 *
 * <p>C2: operand shapes agree. C3: the window fits. C4: elements are one float type.
 */
@OpInfo(mnemonic = "conv2d", summary = "2-D convolution, channels last",
        operands = {"x", "w", "bias?"},
        source = "ONNX Conv, TFLite CONV_2D, DEPTHWISE_CONV_2D")
public record Conv2d(Window2d window, int groups) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 3);
        Shape out = ConvShapes.conv(cx, window, groups);
        cx.require(cx.operands().stream().allMatch(o -> o.element().equals(cx.operand(0).element()))
                && cx.operand(0).storage().isFloat(), 4, "operands must share one float element type");
        return cx.like(out);
    }
}
