package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * The operand itself.
 */
@OpInfo(mnemonic = "identity", summary = "the operand itself",
        operands = {"x"},
        source = "ONNX Identity, Dropout in inference")
public record Identity() implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        return cx.like(cx.shape(0));
    }
}
