package quantwright.ir.diag;

/**
 * Stable identity of one kind of diagnostic. Each module keeps an enum of its own; ids are unique over all of them and
 * documented in {@code docs/diagnostics.md}.
 */
public interface DiagnosticCode {
    /** What the code stands for. */
    Entry entry();

    /** For example {@code QW-V0101}. */
    default String id() {
        return entry().id();
    }

    /** One line for the documentation: what is wrong. */
    default String summary() {
        return entry().summary();
    }

    /** What the user can do about it. */
    default String hint() {
        return entry().hint();
    }

    /** Severity; errors unless stated otherwise. */
    default Severity severity() {
        return entry().severity();
    }

    /**
     * One row of the diagnostics page.
     *
     * @param id stable id
     * @param summary what is wrong, one line
     * @param hint what the user can do; may be empty
     * @param severity how bad it is
     */
    record Entry(String id, String summary, String hint, Severity severity) {
        /** A row for an error. */
        public static Entry error(String id, String summary, String hint) {
            return new Entry(id, summary, hint, Severity.ERROR);
        }
    }
}
