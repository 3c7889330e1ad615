package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * x - max - log(sum(exp(x - max))) along {@code axis}.
 *
 * <p>C2: the axis lies in the rank; the element is a float type.
 */
@OpInfo(mnemonic = "log_softmax", summary = "logarithm of the softmax along an axis",
        operands = {"x"},
        source = "ONNX LogSoftmax; TFLite LOG_SOFTMAX")
public record LogSoftmax(int axis) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.axis(axis, cx.shape(0).rank(), 2);
        cx.require(cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(cx.shape(0));
    }
}
