package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Moves spatial blocks of [N,H,W,C] into channels, giving [N,H/b,W/b,C*b*b] with channel index (row, column, depth).
 *
 * <p>C2: rank 4, height and width divide by the block. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "space_to_depth", summary = "moves spatial blocks into channels",
        operands = {"x"},
        source = "ONNX SpaceToDepth; TFLite SPACE_TO_DEPTH")
public record SpaceToDepth(int block) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape x = cx.shape(0);
        cx.require(x.rank() == 4 && block > 0 && x.dim(1) % block == 0 && x.dim(2) % block == 0, 2,
                "height and width of " + x + " do not divide by " + block);
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(Shape.of(x.dim(0), x.dim(1) / block, x.dim(2) / block, x.dim(3) * block * block));
    }
}
