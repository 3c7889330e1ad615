package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Clamps stored values; scale and zero point stay.
 *
 * <p>C2: quantized per tensor. C5: the clamp lies inside the storage.
 */
@OpInfo(mnemonic = "q.clamp", summary = "clamps stored values",
        operands = {"x"},
        source = "ReLU and Clip on quantized tensors")
public record QClamp(Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        cx.require(clamp.min() <= clamp.max() && clamp.min() >= cx.operand(0).storage().minValue()
                && clamp.max() <= cx.operand(0).storage().maxValue(), 5, "clamp lies outside the storage");
        return cx.like(cx.shape(0));
    }
}
