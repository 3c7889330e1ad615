package quantwright.compiler.quant;

import quantwright.ir.diag.DiagnosticCode;

/** Diagnostics of calibration and quantization. */
public enum QuantDiagnostic implements DiagnosticCode {
    /** NaN or infinity inside the model. */
    NOT_FINITE_VALUE("QW-Q0101", "the float model computes a NaN or an infinity on a sample",
            "check the preprocessing; the model cannot be calibrated on such samples"),
    /** More than one input. */
    INPUT_COUNT("QW-Q0102", "data feeds models with one input", "fix the other inputs to constants"),
    /** Already quantized. */
    ALREADY_QUANTIZED("QW-Q0103", "the model is quantized already", "compile it as it is, without --calibrate"),
    /** A skip entry that matches nothing. */
    SKIP_MATCHES_NOTHING("QW-Q0104", "an entry of the skip list matches no node", "see the names in qw inspect MODEL"),
    /** A plan entry that names no node. */
    PLAN_NAMES_NO_NODE("QW-Q0105", "a precision plan names a node that the model does not have",
            "see the names in qw inspect MODEL"),
    /** Weight bits for a node without weights. */
    PLAN_WITHOUT_WEIGHTS("QW-Q0106", "a precision plan asks for weights of few bits of a node without constant weights",
            "only convolutions and dense layers by constants have them; others take w8a8, w8a16 or float");

    private final Entry entry;

    QuantDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
