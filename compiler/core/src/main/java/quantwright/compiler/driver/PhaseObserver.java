package quantwright.compiler.driver;

import quantwright.ir.Graph;

/** Told when a phase of a compilation has finished; for timing and dumps. */
@FunctionalInterface
public interface PhaseObserver {
    /**
     * A phase has finished.
     *
     * @param phase which
     * @param graph its result, not to be changed; for {@link Phase#EMIT} the graph the code was made from
     * @param nanos wall time it took
     */
    void finished(Phase phase, Graph graph, long nanos);

    /** Looks at nothing. */
    PhaseObserver SILENT = (phase, graph, nanos) -> { };
}
