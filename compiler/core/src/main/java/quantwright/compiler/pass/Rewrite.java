package quantwright.compiler.pass;

import quantwright.ir.Graph;
import quantwright.ir.Node;

/**
 * One small named rewrite, the unit that is counted and listed.
 *
 * @param name name of the hit counter
 * @param law what becomes what, for example {@code x - 0 -> x}
 * @param action matches a node and replaces it
 */
public record Rewrite(String name, String law, Action action) {
    /** Matches and replaces. */
    @FunctionalInterface
    public interface Action {
        /**
         * Replaces {@code node} if the rewrite applies to it.
         *
         * @return whether it applied
         */
        boolean apply(Graph graph, Node node);
    }
}
