package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * The same stored bits (or, between u8 and i8, the stored value less or plus 128) under another quantized or plain
 * integer type. Reals stay when scale stays and the zero point moves along; otherwise it is a change of meaning.
 *
 * <p>C1: the storage types have one width. C2: the operand is an integer tensor.
 */
@OpInfo(mnemonic = "q.reinterpret", summary = "same integers under another quantized type",
        operands = {"x"},
        source = "u8 to i8 normalization, ONNX quantized operands")
public record QReinterpret() implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.operand(0).storage().isInteger(), 2, "operand must be an integer tensor");
        cx.require(cx.requestedElement().storage().bits() == cx.operand(0).storage().bits()
                && cx.requestedElement().storage().isInteger(), 1, "storage types must have one width");
        return OpContext.result(cx.requestedElement(), cx.shape(0));
    }
}
