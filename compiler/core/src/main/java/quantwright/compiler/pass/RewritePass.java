package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;

/**
 * A pass that applies a list of rewrites at every node, in execution order, until none applies. Every rewrite of a list
 * must make progress under one measure, so that the sweeps end. Nodes that lose their last use are erased.
 */
public abstract class RewritePass implements Pass {
    private final PassInfo info;

    /** For subclasses. */
    protected RewritePass(PassInfo info) {
        this.info = info;
    }

    @Override
    public final PassInfo info() {
        return info;
    }

    /** The rewrites, tried in this order. */
    public abstract List<Rewrite> rewrites();

    @Override
    public final boolean run(Graph graph, PassContext context) {
        List<Rewrite> rewrites = rewrites();
        boolean changed = false;
        boolean again = true;
        while (again) {
            again = false;
            for (Node node : graph) {
                for (Rewrite rewrite : rewrites) {
                    if (rewrite.action().apply(graph, node)) {
                        context.hit(rewrite.name());
                        again = true;
                        DeadCode.eraseIfDead(graph, node);
                        break;
                    }
                }
            }
            changed |= again;
        }
        return changed;
    }
}
