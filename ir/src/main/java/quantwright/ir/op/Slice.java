package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Takes {@code sizes[i]} elements from {@code starts[i]} at distance {@code steps[i]} (which may be negative) along every
 * axis i.
 *
 * <p>C2: one entry for each axis; all picked positions lie inside. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "slice", summary = "a regular sub-tensor",
        operands = {"x"},
        source = "ONNX Slice, Split; TFLite SLICE, STRIDED_SLICE, SPLIT")
public record Slice(Ints starts, Ints sizes, Ints steps) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape x = cx.shape(0);
        cx.require(starts.size() == x.rank() && sizes.size() == x.rank() && steps.size() == x.rank(), 2,
                "starts, sizes and steps must have one entry for each of " + x.rank() + " axes");
        for (int i = 0; i < x.rank(); i++) {
            long last = starts.get(i) + (long) Math.max(sizes.get(i) - 1, 0) * steps.get(i);
            cx.require(steps.get(i) != 0 && sizes.get(i) >= 0 && (sizes.get(i) == 0
                            || starts.get(i) >= 0 && starts.get(i) < x.dim(i) && last >= 0 && last < x.dim(i)), 2,
                    "axis " + i + " picks positions outside " + x.dim(i));
        }
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(Shape.of(sizes));
    }
}
