package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Moves blocks of channels of [N,H,W,C] into space, giving [N,H*b,W*b,C/(b*b)]. The channel index is split as (row,
 * column, depth), ONNX mode DCR and TFLite, or as (depth, row, column), ONNX mode CRD, when {@code columnRowDepth}.
 *
 * <p>C2: rank 4, channels divide by the block's square. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "depth_to_space", summary = "moves channel blocks into space",
        operands = {"x"},
        source = "ONNX DepthToSpace; TFLite DEPTH_TO_SPACE")
public record DepthToSpace(int block, boolean columnRowDepth) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        Shape x = cx.shape(0);
        cx.require(x.rank() == 4 && block > 0 && x.dim(3) % (block * block) == 0, 2,
                "channels of " + x + " do not divide by " + block + " squared");
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(Shape.of(x.dim(0), x.dim(1) * block, x.dim(2) * block, x.dim(3) / (block * block)));
    }
}
