package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Joins operands along {@code axis}.
 *
 * <p>C2: shapes agree but for the axis. C4: elements are one type.
 */
@OpInfo(mnemonic = "concat", summary = "joins operands along an axis",
        operands = {"x..."},
        source = "ONNX Concat; TFLite CONCATENATION, PACK")
public record Concat(int axis) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, Integer.MAX_VALUE);
        Shape out = ConcatShapes.concat(cx, axis);
        cx.require(cx.operands().stream().allMatch(o -> o.element().equals(cx.operand(0).element())), 4,
                "operands must share one element type");
        return cx.like(out);
    }
}
