package quantwright.compiler.pass;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;

/** Erasure of nodes whose results nothing uses. Ops are pure, so that no use means no effect. */
final class DeadCode {
    private DeadCode() {
    }

    /**
     * Erases {@code node} if it is unused, and then what only it used.
     *
     * @return number of nodes erased
     */
    static int eraseIfDead(Graph graph, Node node) {
        Deque<Node> work = new ArrayDeque<>();
        work.push(node);
        int erased = 0;
        while (!work.isEmpty()) {
            Node candidate = work.pop();
            if (candidate.isErased() || !candidate.results().stream().allMatch(graph::isUnused)) {
                continue;
            }
            Set<Node> producers = new LinkedHashSet<>();
            for (Value operand : candidate.operands()) {
                if (!operand.isInput()) {
                    producers.add(operand.producer());
                }
            }
            graph.erase(candidate);
            erased++;
            producers.forEach(work::push);
        }
        return erased;
    }
}
