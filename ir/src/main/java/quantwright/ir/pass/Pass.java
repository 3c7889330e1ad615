package quantwright.ir.pass;

import quantwright.ir.Graph;

/**
 * One transformation of a graph. Stateless: options arrive through the constructor of an instance and never change. The
 * pass manager adds timing, dumps, verification and reproducers.
 */
public interface Pass {
    /** Name, summary, level and options. */
    PassInfo info();

    /** Whether the pass can run on this graph, with the reason if not. */
    default Applicability applicability(Graph graph) {
        return graph.level().compareTo(info().level()) <= 0
                ? Applicability.APPLICABLE
                : new Applicability.NotApplicable("the graph is at level " + graph.level() + ", past " + info().level());
    }

    /**
     * Transforms the graph in place.
     *
     * @return whether anything changed
     */
    boolean run(Graph graph, PassContext context);
}
