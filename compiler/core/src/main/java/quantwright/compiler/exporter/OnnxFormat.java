package quantwright.compiler.exporter;

import java.util.Locale;

/** How ONNX carries a quantized model. */
public enum OnnxFormat {
    /** Float operators between DequantizeLinear and QuantizeLinear; standard operators only. */
    ONNX_QDQ,
    /**
     * Operators on integers: QLinearConv and the like where there is one, of ONNX itself or of ONNX Runtime's domain
     * com.microsoft, else the form of {@link #ONNX_QDQ}.
     */
    ONNX_QOPERATOR;

    /** Lower-case name, as on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
