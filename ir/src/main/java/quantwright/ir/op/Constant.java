package quantwright.ir.op;

import java.util.List;
import quantwright.ir.data.ConstantData;
import quantwright.ir.type.TensorType;

/**
 * A tensor known at compile time; its type is that of the data.
 */
@OpInfo(mnemonic = "constant", summary = "a tensor known at compile time",
        operands = {},
        source = "Constant")
public record Constant(ConstantData data) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(0, 0);
        return List.of(data.type());
    }
}
