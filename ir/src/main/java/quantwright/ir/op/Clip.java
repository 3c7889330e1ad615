package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * {@code c = x < min ? min : x}, then {@code c > max ? max : c}; NaN stays NaN. A bound may be infinite; on
 * integers only whole numbers inside the bounds are reached.
 *
 * <p>C2: the element is a plain type.
 */
@OpInfo(mnemonic = "clip", summary = "clamp to an interval",
        operands = {"x"},
        source = "ONNX Clip; TFLite RELU6, RELU_N1_TO_1")
public record Clip(float min, float max) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(!cx.operand(0).isQuantized(), 2, "element must be a plain type");
        return cx.like(cx.shape(0));
    }
}
