package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * What a node computes: a record of typed attributes, never operands. Value-equal ops on the same operands compute the
 * same results; all ops are pure. The first three families are closed, so that passes switch over them exhaustively;
 * backends and vendors extend the last two.
 */
public sealed interface Op permits TensorOp, QuantOp, TileOp, TargetOp, ExtensionOp {
    /** Name in the text form. */
    default String mnemonic() {
        return getClass().getAnnotation(OpInfo.class).mnemonic();
    }

    /**
     * Checks operands and attributes and gives the result types (layouts aside).
     *
     * @throws ConstraintViolation with the label of the constraint that does not hold
     */
    List<TensorType> infer(OpContext cx);
}
