package quantwright.ir.pass;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a pipeline did: each pass with its time and its rewrites. */
public record PipelineReport(List<Run> runs) {
    /**
     * One pass's run.
     *
     * @param pass name
     * @param nanos wall-clock time of the pass alone
     * @param changed whether it changed the graph
     * @param nodes nodes of the graph afterwards
     * @param hits rewrites applied, by name
     */
    public record Run(String pass, long nanos, boolean changed, int nodes, Map<String, Integer> hits) {
    }

    /** Copies the list. */
    public PipelineReport {
        runs = List.copyOf(runs);
    }

    /** Time of all passes. */
    public long nanos() {
        return runs.stream().mapToLong(Run::nanos).sum();
    }

    /** A table, a line for each pass. */
    public String render() {
        StringBuilder out = new StringBuilder();
        for (Run run : runs) {
            out.append(String.format(Locale.ROOT, "%9.3f ms  %-32s %s %5d nodes", run.nanos() / 1e6, run.pass(),
                    run.changed() ? "changed  " : "unchanged", run.nodes()));
            run.hits().forEach((name, count) -> out.append("  ").append(name).append(" x").append(count));
            out.append('\n');
        }
        return out.append(String.format(Locale.ROOT, "%9.3f ms  total%n", nanos() / 1e6)).toString();
    }
}
