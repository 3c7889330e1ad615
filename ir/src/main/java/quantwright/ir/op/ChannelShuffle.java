package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Views the last axis as [groups, C/groups] and transposes it to [C/groups, groups].
 *
 * <p>C2: channels divide by the groups. C3: the element is plain or quantized per tensor.
 */
@OpInfo(mnemonic = "channel_shuffle", summary = "transposes channel groups",
        operands = {"x"},
        source = "ShuffleNet's Reshape, Transpose, Reshape")
public record ChannelShuffle(int groups) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.shape(0).rank() >= 1 && groups > 0 && cx.shape(0).dim(-1) % groups == 0, 2,
                "channels of " + cx.shape(0) + " do not divide by " + groups);
        cx.require(MoveTypes.moves(cx.operand(0).element()), 3, "element must be plain or quantized per tensor");
        return cx.like(cx.shape(0));
    }
}
