package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Copies a tensor into the layout of the result type.
 *
 * <p>C0: one operand.
 */
@OpInfo(mnemonic = "tile.relayout", summary = "copies into the result's layout",
        operands = {"x"})
public record Relayout() implements TileOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        return cx.like(cx.shape(0));
    }
}
