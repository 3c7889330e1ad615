package quantwright.compiler.importer.tflite;

import quantwright.compiler.importer.ImportDiagnostic;

/** Ends the import of one operator; the others go on, so that a user sees every fault in one go. */
final class NotImported extends Exception {
    private static final long serialVersionUID = 1L;

    private final ImportDiagnostic code;

    NotImported(ImportDiagnostic code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** An operand comes from an operator that was itself not imported: nothing new to say. */
    static NotImported becauseOfOperand() {
        return new NotImported(null, "");
    }

    static NotImported form(String message) {
        return new NotImported(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, message);
    }

    static NotImported inconsistent(String message) {
        return new NotImported(ImportDiagnostic.BAD_GRAPH, message);
    }

    /** What to report; null when the cause was reported already. */
    ImportDiagnostic code() {
        return code;
    }
}
