package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Broadcasts to {@code shape} by NumPy's rule.
 *
 * <p>C2: the operand broadcasts to exactly that shape. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "expand", summary = "broadcasts to a shape",
        operands = {"x"},
        source = "ONNX Expand; TFLite BROADCAST_TO")
public record Expand(Ints shape) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape out = Shape.of(shape);
        cx.require(out.equals(Shape.broadcast(cx.shape(0), out)), 2, cx.shape(0) + " does not broadcast to " + out);
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(out);
    }
}
