package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Maps each 8-bit element through a table of 256 entries of the result's storage; entry i is for the stored value
 * {@code i + storage minimum}.
 *
 * <p>C1: the result is quantized per tensor with 8 bits. C2: x is quantized per tensor with 8 bits. C3: the table is a
 * plain [256] of the result's storage.
 */
@OpInfo(mnemonic = "q.lookup", summary = "elementwise table",
        operands = {"x", "table"},
        source = "activations on 8-bit tensors")
public record QLookup() implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        QuantShapes.perTensor(cx, 1);
        cx.require(cx.operand(0).storage().bits() == 8 && cx.requestedPerTensor().storage().bits() == 8, 2,
                "tables are for 8-bit elements");
        cx.require(cx.operand(1).element() == cx.requestedPerTensor().storage() && cx.shape(1).equals(Shape.of(256)), 3,
                "table must be 256 x " + cx.requestedPerTensor().storage());
        return OpContext.result(cx.requestedPerTensor(), cx.shape(0));
    }
}
