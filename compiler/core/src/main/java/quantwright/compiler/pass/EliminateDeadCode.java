package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;

/** Erases every node whose results reach no graph output. // unused(x) -> nothing */
public final class EliminateDeadCode implements Pass {
    /** The pass. */
    public EliminateDeadCode() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("eliminate-dead-code", "erases nodes whose results reach no output", Level.TILE);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        boolean changed = false;
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).results().stream().allMatch(graph::isUnused)) {
                graph.erase(nodes.get(i));
                context.hit("dead-code");
                changed = true;
            }
        }
        return changed;
    }
}
