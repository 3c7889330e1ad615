package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * {@code y < 0 ? 0 : y > 1 ? 1 : y} of {@code y = alpha * x + beta}, multiply then add.
 *
 * <p>C2: the element is a float type.
 */
@OpInfo(mnemonic = "hard_sigmoid", summary = "clamped line",
        operands = {"x"},
        source = "ONNX HardSigmoid")
public record HardSigmoid(float alpha, float beta) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized() && cx.operand(0).storage().isFloat(), 2, "element must be a float type");
        return cx.like(cx.shape(0));
    }
}
