package quantwright.compiler.quant;

import quantwright.ir.diag.DiagnosticCode;

/** Diagnostics of calibration and quantization. */
public enum QuantDiagnostic implements DiagnosticCode {
    /** No samples. */
    EMPTY_DATA("QW-Q0101", "the calibration data has no samples", "give at least one sample; a few dozen are usual"),
    /** Shape or type of the samples does not fit. */
    SHAPE_MISMATCH("QW-Q0102", "the samples do not fit the model's input",
            "check the data set's layout and preprocessing against qw inspect MODEL"),
    /** NaN or infinity in a sample. */
    NOT_FINITE_SAMPLE("QW-Q0103", "a sample holds a NaN or an infinity", "remove or repair the sample"),
    /** NaN or infinity inside the model. */
    NOT_FINITE_VALUE("QW-Q0104", "the float model computes a NaN or an infinity on a sample",
            "check the preprocessing; the model cannot be calibrated on such samples"),
    /** More than one input. */
    INPUT_COUNT("QW-Q0105", "calibration data feeds models with one input", "give one data set for each input");

    private final String id;
    private final String summary;
    private final String hint;

    QuantDiagnostic(String id, String summary, String hint) {
        this.id = id;
        this.summary = summary;
        this.hint = hint;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public String hint() {
        return hint;
    }
}
