package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * {@code x < 0 ? alpha * (exp(x) - 1) : x}.
 *
 * <p>C2: the element is a float type.
 */
@OpInfo(mnemonic = "elu", summary = "x < 0 ? alpha * (exp(x) - 1) : x",
        operands = {"x"},
        source = "ONNX Elu; TFLite ELU")
public record Elu(float alpha) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized() && cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(cx.shape(0));
    }
}
