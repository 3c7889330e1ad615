package quantwright.ir.diag;

/**
 * Stable identity of one kind of diagnostic. Each module keeps an enum of its own; ids are unique over all of them and
 * documented in {@code docs/diagnostics.md}.
 */
public interface DiagnosticCode {
    /** For example {@code QW-V0101}. */
    String id();

    /** One line for the documentation: what is wrong. */
    String summary();

    /** What the user can do about it. */
    String hint();

    /** Severity; errors unless stated otherwise. */
    default Severity severity() {
        return Severity.ERROR;
    }
}
