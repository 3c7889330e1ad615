package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Permutes axes: result axis i is operand axis {@code permutation[i]}.
 *
 * <p>C2: a permutation of the rank. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "transpose", summary = "permutes axes",
        operands = {"x"},
        source = "ONNX Transpose; TFLite TRANSPOSE")
public record Transpose(Ints permutation) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape x = cx.shape(0);
        cx.require(permutation.size() == x.rank()
                && permutation.stream().sorted().boxed().toList().equals(Ints.range(0, x.rank()).stream().boxed().toList()),
                2, permutation + " is no permutation of rank " + x.rank());
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(Shape.of(permutation.stream().map(x::dim).toArray()));
    }
}
