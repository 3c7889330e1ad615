package quantwright.tests.docs.guide;

import java.util.List;
import quantwright.compiler.pass.Rewrite;
import quantwright.compiler.pass.RewritePass;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.pass.PassInfo;

/** Removes negations of negations. Every bit stays, also of NaN, of -0 and of the least integer. */
public final class RemoveDoubleNegation extends RewritePass {
    /** The pass. */
    public RemoveDoubleNegation() {
        super(new PassInfo("remove-double-negation", "removes negations of negations", Level.QUANT));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(new Rewrite("double-negation", "neg(neg(x)) -> x", RemoveDoubleNegation::cancel));
    }

    // neg(neg(x)) -> x
    private static boolean cancel(Graph graph, Node node) {
        if (!isNegation(node) || graph.isUnused(node.result())) {
            return false;
        }
        Node inner = node.operand(0).producer();
        if (inner == null || !isNegation(inner)) {
            return false;
        }
        graph.replaceAllUses(node.result(), inner.operand(0));
        return true;
    }

    private static boolean isNegation(Node node) {
        return node.op() instanceof Unary unary && unary.kind() == UnaryKind.NEG;
    }
}
