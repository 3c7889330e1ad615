package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;

/** Runs {@link GraphPasses#normalize()} again and again until none of its passes changes the graph. */
public final class Normalize implements Pass {
    /** Rounds after which passes that undo each other would be our bug. */
    private static final int MOST_ROUNDS = 50;

    /** The pass. */
    public Normalize() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("normalize", "the standard graph passes, to a fixpoint", Level.GRAPH);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        List<Pass> passes = GraphPasses.normalize();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean changed = false;
            for (Pass pass : passes) {
                changed |= pass.run(graph, context);
            }
            if (!changed) {
                return round > 0;
            }
        }
        throw new quantwright.ir.diag.InternalCompilerError("graph passes do not come to an end");
    }
}
