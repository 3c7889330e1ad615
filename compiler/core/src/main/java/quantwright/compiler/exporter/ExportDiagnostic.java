package quantwright.compiler.exporter;

import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.Severity;

/** Diagnostics of writing a model for other runtimes. */
public enum ExportDiagnostic implements DiagnosticCode {
    /** A float model has nothing to export. */
    NOT_QUANTIZED("QW-X0101", "the model is not quantized, so there is nothing to export",
            "compile it with --calibrate DATA first, or give the source model to the other runtime", Severity.ERROR),
    /** The format has no such operation. */
    NOT_EXPRESSIBLE("QW-X0102", "the format cannot express an operation of the model",
            "keep the node float when quantizing (--skip), or use the other format", Severity.ERROR),
    /** The format has other rounding. */
    OTHER_ROUNDING("QW-X0103", "the format rounds otherwise than the model",
            "results may differ by one step; quantize with --arithmetic onnx for a model without the difference",
            Severity.WARNING);

    private final Entry entry;

    ExportDiagnostic(String id, String summary, String hint, Severity severity) {
        entry = new Entry(id, summary, hint, severity);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
