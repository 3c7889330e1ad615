package quantwright.ir.diag;

import java.util.List;
import java.util.stream.Collectors;
import quantwright.ir.loc.Location;

/** The user's input cannot be processed; carries the diagnostics that say why. The command exits with 1. */
public final class UserErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<Diagnostic> diagnostics;

    /** Carries the given diagnostics, at least one. */
    public UserErrorException(List<Diagnostic> diagnostics) {
        super(diagnostics.stream().map(Diagnostic::render).collect(Collectors.joining("\n")));
        this.diagnostics = List.copyOf(diagnostics);
    }

    /** Carries one diagnostic. */
    public UserErrorException(DiagnosticCode code, Location location, String message, String... notes) {
        this(List.of(new Diagnostic(code, location, message, List.of(notes))));
    }

    /** The diagnostics, in order. */
    public List<Diagnostic> diagnostics() {
        return diagnostics;
    }
}
