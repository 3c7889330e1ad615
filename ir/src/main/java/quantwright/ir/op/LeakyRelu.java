package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * {@code x < 0 ? alpha * x : x}.
 *
 * <p>C2: the element is a float type.
 */
@OpInfo(mnemonic = "leaky_relu", summary = "x < 0 ? alpha * x : x",
        operands = {"x"},
        source = "ONNX LeakyRelu; TFLite LEAKY_RELU")
public record LeakyRelu(float alpha) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized() && cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(cx.shape(0));
    }
}
