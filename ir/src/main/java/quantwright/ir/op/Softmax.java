package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * exp(beta * (x - max)) / sum along {@code axis}; the sum is the 16-way tree of reductions.
 *
 * <p>C2: the axis lies in the rank; the element is a float type.
 */
@OpInfo(mnemonic = "softmax", summary = "softmax along an axis",
        operands = {"x"},
        source = "ONNX Softmax; TFLite SOFTMAX")
public record Softmax(int axis, float beta) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.axis(axis, cx.shape(0).rank(), 2);
        cx.require(cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(cx.shape(0));
    }
}
