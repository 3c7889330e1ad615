package quantwright.ir.pass;

import java.util.HashSet;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;

/**
 * Gives every unnamed or ambiguously named value a name of its own, so that statistics, plans and traces can refer to it. The
 * first value of a name keeps it; a later one gets {@code name.1}, {@code name.2}, and an unnamed one starts from its op.
 */
public final class NameValues implements Pass {
    /** For the pass registry. */
    public NameValues() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("name-values", "gives every value a unique name", Level.TILE);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        Set<String> taken = new HashSet<>();
        graph.inputs().forEach(v -> taken.add(v.name()));
        boolean changed = false;
        for (Node node : graph) {
            for (Value value : node.results()) {
                String base = value.name().isEmpty() ? node.op().mnemonic() : value.name();
                String name = base;
                for (int i = 1; !taken.add(name); i++) {
                    name = base + "." + i;
                }
                if (!name.equals(value.name())) {
                    value.setName(name);
                    context.hit("name-value");
                    changed = true;
                }
            }
        }
        return changed;
    }
}
