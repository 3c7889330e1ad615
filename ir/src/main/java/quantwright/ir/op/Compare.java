package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Elementwise comparison under NumPy broadcasting, giving booleans.
 *
 * <p>C2: shapes broadcast. C4: elements are one type.
 */
@OpInfo(mnemonic = "compare", summary = "elementwise comparison",
        operands = {"a", "b"},
        source = "ONNX Equal, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or, Xor")
public record Compare(CompareKind kind) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        Shape out = Shape.broadcast(cx.shape(0), cx.shape(1));
        cx.require(out != null, 2, "shapes " + cx.shape(0) + " and " + cx.shape(1) + " do not broadcast");
        cx.require(cx.operands().stream().allMatch(o -> o.element().equals(cx.operand(0).element())), 4,
                "operands must share one element type");
        return OpContext.result(ScalarType.BOOL, out);
    }
}
