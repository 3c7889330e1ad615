package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Adds {@code before[i]} and {@code after[i]} positions to axis i (negative amounts crop). A constant border holds
 * {@code value} as a real number: a quantized operand gets its quantization, which for 0 is the zero point.
 *
 * <p>C2: one entry for each axis, no negative extent; reflection is shorter than the axis. C3: the element is plain or
 * quantized per tensor.
 */
@OpInfo(mnemonic = "pad", summary = "adds a border",
        operands = {"x"},
        source = "ONNX Pad; TFLite PAD, PADV2, MIRROR_PAD")
public record Pad(Ints before, Ints after, PadMode mode, float value) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape x = cx.shape(0);
        cx.require(before.size() == x.rank() && after.size() == x.rank(), 2, "needs one entry for each axis");
        int[] out = x.toArray();
        for (int i = 0; i < out.length; i++) {
            out[i] += before.get(i) + after.get(i);
            cx.require(out[i] >= 0, 2, "axis " + i + " would have a negative extent");
            cx.require(mode != PadMode.REFLECT || Math.max(before.get(i), after.get(i)) < x.dim(i), 2,
                    "reflection along axis " + i + " is longer than the axis");
        }
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(Shape.of(out));
    }
}
