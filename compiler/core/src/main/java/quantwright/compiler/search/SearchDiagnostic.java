package quantwright.compiler.search;

import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.Severity;

/** Diagnostics of budgets, plans, cost files and the search. */
public enum SearchDiagnostic implements DiagnosticCode {
    /** A budget for something that is not counted. */
    UNKNOWN_BUDGET("QW-A0101", "a budget names no figure", "figures: drop, latency, energy, size, arena, bops"),
    /** A value without a number, or with a unit of something else. */
    BAD_BUDGET("QW-A0102", "a budget cannot be understood", "write NAME<=NUMBER UNIT, as in latency<=2ms,size<=100KiB"),
    /** The same figure twice. */
    DOUBLE_BUDGET("QW-A0103", "two budgets are for the same figure", "leave one of them out"),
    /** No assignment is within the budgets. */
    CONFLICT("QW-A0104", "the budgets cannot be kept together", "raise one of them to what is said to be attainable"),
    /** Energy where no energy is known. */
    NO_ENERGY("QW-A0105", "the profile's energy is not known", "leave the energy budget out, or state energies in the profile"),
    /** No way to know what layers cost. */
    NO_COSTS("QW-A0106", "there is no way to know what layers cost on the profile",
            "give a table that was measured there with --costs FILE"),
    /** A layer that cannot be executed. */
    NO_CHOICE("QW-A0107", "the profile executes a layer at none of the precisions", "qw inspect MODEL --profile P says why"),
    /** A file that is no plan. */
    BAD_PLAN("QW-A0108", "a plan file cannot be understood", "docs/search.md shows the form of a plan"),
    /** A layer that the model does not have. */
    PLAN_LAYER("QW-A0109", "a plan names a layer that the model does not have", "qw inspect MODEL shows the names"),
    /** A precision that is none, or none of the chip's. */
    PLAN_PRECISION("QW-A0110", "a plan gives a layer a precision it cannot have",
            "precisions: float, or w and a with bits, as in w8a8, w4a8, w8a16"),
    /** The plan was made for something else. */
    PLAN_OF_ANOTHER("QW-A0111", "the plan was made for another model or profile",
            "its layers were found; its figures do not hold",
            Severity.WARNING),
    /** A cost or loss file that is damaged or of another model. */
    BAD_TABLE("QW-A0112", "a table of costs or losses cannot be used",
            "remove the file, or leave --costs out, to measure again"),
    /** The solver's library does not work here. */
    NO_SOLVER("QW-A0113", "the solver cannot be used on this host", "search on Linux, x86-64"),
    /** The accuracy budget does not hold when measured. */
    DROP_NOT_KEPT("QW-A0114", "no plan was found whose measured accuracy drop is within the budget",
            "raise drop, or the budgets that force few bits", Severity.WARNING);

    private final Entry entry;

    SearchDiagnostic(String id, String summary, String hint) {
        this(id, summary, hint, Severity.ERROR);
    }

    SearchDiagnostic(String id, String summary, String hint, Severity severity) {
        entry = new Entry(id, summary, hint, severity);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
