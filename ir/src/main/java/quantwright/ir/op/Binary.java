package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Elementwise function of two operands under NumPy broadcasting.
 *
 * <p>C2: shapes broadcast. C4: elements are one plain type.
 */
@OpInfo(mnemonic = "binary", summary = "elementwise function of two broadcast operands",
        operands = {"a", "b"},
        source = "ONNX Add, Sub, Mul, Div, Min, Max, Pow, Mod; TFLite ADD, SUB, MUL, DIV, MINIMUM, MAXIMUM, POW")
public record Binary(BinaryKind kind) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        Shape out = Shape.broadcast(cx.shape(0), cx.shape(1));
        cx.require(out != null, 2, "shapes " + cx.shape(0) + " and " + cx.shape(1) + " do not broadcast");
        cx.require(cx.operand(0).element().equals(cx.operand(1).element()) && !cx.operand(0).isQuantized(), 4,
                "operands must share one plain element type");
        return cx.like(out);
    }
}
