package quantwright.ir.pass;

import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.diag.DiagnosticSink;

/** What a running pass may use: diagnostics and rewrite counters. One for each pipeline run. */
public final class PassContext {
    private final DiagnosticSink diagnostics;
    private final Map<String, Integer> hits = new TreeMap<>();

    /** A context that reports into {@code diagnostics}. */
    public PassContext(DiagnosticSink diagnostics) {
        this.diagnostics = diagnostics;
    }

    /** Where user errors go. */
    public DiagnosticSink diagnostics() {
        return diagnostics;
    }

    /** Counts one application of the named rewrite. */
    public void hit(String rewrite) {
        hits.merge(rewrite, 1, Integer::sum);
    }

    /** Applications by rewrite name, sorted. */
    public Map<String, Integer> hits() {
        return java.util.Collections.unmodifiableMap(new TreeMap<>(hits));
    }
}
