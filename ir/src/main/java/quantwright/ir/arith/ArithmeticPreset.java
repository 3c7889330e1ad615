package quantwright.ir.arith;

import java.util.Locale;

/** A named choice of rounding for every op family, made once when a graph is quantized. */
public enum ArithmeticPreset implements Arithmetic {
    /** One f32 factor everywhere: our own choice where nothing else is asked for. */
    F32,
    /**
     * TensorFlow Lite's built-in kernels on x86 (optimized resolver, no XNNPACK). Everything rounds twice; convolutions
     * and matrix products take the second rounding's ties up, depthwise convolutions and everything elementwise away
     * from zero. Measured against TensorFlow Lite 2.21 on every tensor of real models.
     */
    TFLITE,
    /** ONNX's reference and ONNX Runtime: f32 factor, half to even. */
    ONNX,
    /** XNNPACK's f32 requantization, used by TensorFlow Lite's default delegate: f32 factor, half to even. */
    XNNPACK;

    @Override
    public Rounding rounding(OpFamily family) {
        return switch (this) {
            case F32, ONNX, XNNPACK -> Rounding.FLOAT32;
            case TFLITE -> switch (family) {
                case CONVOLUTION, MATRIX_PRODUCT -> Rounding.DOUBLE_HALF_UP;
                case DEPTHWISE_CONVOLUTION, ADD, MUL, AVERAGE_POOL, MEAN, REQUANTIZE -> Rounding.GEMMLOWP;
            };
        };
    }

    @Override
    public boolean followsTflite() {
        return this == TFLITE;
    }

    /** Lower-case name, as on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a lower-case name.
     *
     * @throws IllegalArgumentException naming the presets there are
     */
    public static ArithmeticPreset parse(String text) {
        for (ArithmeticPreset preset : values()) {
            if (preset.text().equals(text)) {
                return preset;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not an arithmetic preset; expected f32, tflite, onnx or"
            + " xnnpack");
    }
}
