package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * A chain of ops that one kernel computes; defined as the composition of its parts.
 *
 * <p>C2: operands match the body's inputs.
 */
@OpInfo(mnemonic = "tile.fused", summary = "a region that one kernel computes",
        operands = {"x..."})
public record Fused(FusedBody body) implements TileOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        List<TensorType> inputs = body.inputTypes();
        cx.arity(inputs.size(), inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            cx.require(inputs.get(i).canonical().equals(cx.operand(i).canonical()), 2,
                    "operand " + i + " does not have the type of the body's input");
        }
        return body.outputTypes();
    }
}
