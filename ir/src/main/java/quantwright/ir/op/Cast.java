package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Converts elements: float to integer truncates toward zero and saturates (NaN gives 0), integer to narrower wraps,
 * float to narrower float rounds half to even, non-zero to boolean true.
 *
 * <p>C2: the element is a plain type.
 */
@OpInfo(mnemonic = "cast", summary = "converts the element type",
        operands = {"x"},
        source = "ONNX Cast; TFLite CAST")
public record Cast(ScalarType to) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized(), 2, "element must be a plain type");
        return OpContext.result(to, cx.shape(0));
    }
}
