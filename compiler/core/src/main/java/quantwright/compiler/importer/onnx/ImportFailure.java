package quantwright.compiler.importer.onnx;

import quantwright.ir.diag.DiagnosticCode;

/** Ends the translation of one node; the importer turns it into a diagnostic at that node and goes on with the next. */
final class ImportFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient DiagnosticCode code;

    /** What is wrong with the node. */
    ImportFailure(DiagnosticCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** The diagnostic's code. */
    DiagnosticCode code() {
        return code;
    }
}
