package quantwright.backend.llvm.lower;

import java.util.Optional;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Fused;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Op;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Window2d;

/** Questions that layout and lowering ask about TILE nodes. */
final class TileOps {
    private TileOps() {
    }

    /** The op that a node starts with: the first of a fused region, else the node's own. */
    static Op rootOp(Node node) {
        return node.op() instanceof Fused f ? f.body().graph().first().op() : node.op();
    }

    /** The sliding window through which a node reads operand 0 beyond its border; empty if it does not. */
    static Optional<Window2d> haloWindow(Node node) {
        return switch (rootOp(node)) {
            case QConv2d c -> Optional.of(c.window());
            case Conv2d c -> Optional.of(c.window());
            default -> Optional.empty();
        };
    }

    /** Whether the result is the operand's memory under another type. */
    static boolean isAlias(Op op) {
        return op instanceof Reshape || op instanceof Identity || op instanceof QReinterpret;
    }

    /** Whether a value is a constant. */
    static boolean isConstant(Value value) {
        return !value.isInput() && value.producer().op() instanceof Constant;
    }

    /** The data of a constant value. */
    static ConstantData constant(Value value) {
        return ((Constant) value.producer().op()).data();
    }
}
