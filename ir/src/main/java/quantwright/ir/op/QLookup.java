package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Maps each 8- or 16-bit element through a table of 256 or 65,536 entries of the result's storage; entry i is for the
 * stored value {@code i + storage minimum}.
 *
 * <p>C1: the result is quantized per tensor. C2: both have 8 or 16 bits. C3: the table is a plain
 * [2^(bits of x)] of the result's storage.
 */
@OpInfo(mnemonic = "q.lookup", summary = "elementwise table",
        operands = {"x", "table"},
        source = "activations on 8- and 16-bit tensors")
public record QLookup() implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        QuantShapes.perTensor(cx, 1);
        int bits = cx.operand(0).storage().bits();
        int resultBits = cx.requestedPerTensor().storage().bits();
        cx.require((bits == 8 || bits == 16) && (resultBits == 8 || resultBits == 16), 2,
                "tables are for elements of 8 or 16 bits");
        cx.require(cx.operand(1).element() == cx.requestedPerTensor().storage()
                && cx.shape(1).equals(Shape.of(1 << bits)), 3,
                "table must be " + (1 << bits) + " x " + cx.requestedPerTensor().storage());
        return OpContext.result(cx.requestedPerTensor(), cx.shape(0));
    }
}
