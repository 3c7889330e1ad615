package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Picks slices of {@code x} along {@code axis}; the axis is replaced by the shape of {@code indices} (i32 or i64,
 * negative ones count from the end).
 *
 * <p>C2: the axis lies in the rank. C3: the element is plain or quantized per tensor. C4: indices are i32 or i64.
 */
@OpInfo(mnemonic = "gather", summary = "picks slices by index",
        operands = {"x", "indices"},
        source = "ONNX Gather; TFLite GATHER")
public record Gather(int axis) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        Shape x = cx.shape(0);
        int at = cx.axis(axis, x.rank(), 2);
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        cx.require(cx.operand(1).element() == ScalarType.I64 || cx.operand(1).element() == ScalarType.I32, 4,
                "indices must be i32 or i64");
        java.util.stream.IntStream head = java.util.Arrays.stream(x.toArray(), 0, at);
        java.util.stream.IntStream mid = java.util.Arrays.stream(cx.shape(1).toArray());
        java.util.stream.IntStream tail = java.util.Arrays.stream(x.toArray(), at + 1, x.rank());
        return cx.like(Shape.of(java.util.stream.IntStream.concat(java.util.stream.IntStream.concat(head, mid), tail)
                .toArray()));
    }
}
