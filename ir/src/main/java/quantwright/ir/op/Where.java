package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * {@code condition ? a : b} under NumPy broadcasting.
 *
 * <p>C2: shapes broadcast. C3: the condition is boolean. C4: a and b share an element type.
 */
@OpInfo(mnemonic = "where", summary = "elementwise choice",
        operands = {"condition", "a", "b"},
        source = "ONNX Where; TFLite SELECT_V2")
public record Where() implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(3, 3);
        Shape ab = Shape.broadcast(cx.shape(1), cx.shape(2));
        Shape out = ab == null ? null : Shape.broadcast(cx.shape(0), ab);
        cx.require(out != null, 2, "shapes do not broadcast");
        cx.require(cx.operand(0).element() == ScalarType.BOOL, 3, "condition must be bool");
        cx.require(cx.operand(1).element().equals(cx.operand(2).element()), 4, "a and b differ in element type");
        return OpContext.result(cx.operand(1).element(), out);
    }
}
