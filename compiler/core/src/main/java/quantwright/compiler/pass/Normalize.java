package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.pass.Applicability;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;

/**
 * Runs {@link GraphPasses#normalize()} again and again until none of its passes changes the graph. On a graph that is
 * quantized already, the passes that round anew do not apply and are left out.
 */
public final class Normalize implements Pass {
    /** Rounds after which passes that undo each other would be our bug. */
    private static final int MOST_ROUNDS = 50;

    /** The pass. */
    public Normalize() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("normalize", "the standard graph passes that apply, to a fixpoint", Level.QUANT);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        List<Pass> passes = GraphPasses.normalize();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean changed = false;
            for (Pass pass : passes) {
                if (pass.applicability(graph) instanceof Applicability.Applicable) {
                    changed |= pass.run(graph, context);
                }
            }
            if (!changed) {
                return round > 0;
            }
        }
        throw new InternalCompilerError("graph passes do not come to an end");
    }
}
