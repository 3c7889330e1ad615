package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Elementwise function of one operand.
 *
 * <p>C2: the element is a plain type.
 */
@OpInfo(mnemonic = "unary", summary = "elementwise function of one operand",
        operands = {"x"},
        source = "ONNX Relu, Sigmoid, Tanh, Exp, ...; TFLite RELU, LOGISTIC, TANH, ...")
public record Unary(UnaryKind kind) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized(), 2, "element must be a plain type");
        return cx.like(cx.shape(0));
    }
}
