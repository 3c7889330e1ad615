package quantwright.compiler.sensitivity;

import quantwright.ir.diag.DiagnosticCode;

/** Diagnostics of sensitivity analysis. */
public enum SensitivityDiagnostic implements DiagnosticCode {
    /** Results of something else. */
    OTHER_RESULTS("QW-Y0101", "a results file is of another model, other data or another recipe",
            "name another file with -o, or remove it to measure anew"),
    /** Not a results file. */
    BAD_RESULTS("QW-Y0102", "a results file cannot be read", "remove it to measure anew"),
    /** Nothing to measure. */
    NO_LAYERS("QW-Y0103", "the model has no layer with constant weights that can be quantized", "");

    private final Entry entry;

    SensitivityDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
