package quantwright.ir.diag;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.loc.Location;

/** Collects diagnostics in order, so that a user sees all of them in one go. Not thread-safe. */
public final class DiagnosticSink {
    private final List<Diagnostic> all = new ArrayList<>();

    /** An empty sink. */
    public DiagnosticSink() {
    }

    /** Adds a diagnostic. */
    public void report(DiagnosticCode code, Location location, String message, String... notes) {
        all.add(new Diagnostic(code, location, message, List.of(notes)));
    }

    /** Adds a diagnostic. */
    public void report(Diagnostic diagnostic) {
        all.add(diagnostic);
    }

    /** Everything reported so far. */
    public List<Diagnostic> all() {
        return List.copyOf(all);
    }

    /** Whether an error was reported. */
    public boolean hasErrors() {
        return all.stream().anyMatch(d -> d.code().severity() == Severity.ERROR);
    }

    /**
     * Ends a step that cannot go on after errors.
     *
     * @throws UserErrorException with everything reported, if an error is among it
     */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new UserErrorException(all());
        }
    }
}
