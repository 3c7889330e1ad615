package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * The same elements in row-major order under another shape.
 *
 * <p>C2: the element count stays. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "reshape", summary = "same elements in row-major order, another shape",
        operands = {"x"},
        source = "ONNX Reshape, Flatten, Squeeze, Unsqueeze; TFLite RESHAPE, SQUEEZE, EXPAND_DIMS")
public record Reshape(Ints shape) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape out = Shape.of(shape);
        cx.require(out.elementCount() == cx.shape(0).elementCount(), 2,
                "cannot reshape " + cx.shape(0) + " to " + out);
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(out);
    }
}
