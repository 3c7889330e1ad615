package quantwright.ir.op;

/** How the sum of a quantized average becomes a result. */
public enum AverageRule {
    /** (sum of (q - zero)) requantized with factor s_in / (s_out * count). */
    SCALED,
    /** TFLite AVERAGE_POOL_2D: equal scales, integer division of the raw sum, halves away from zero. */
    TFLITE_DIVISION,
    /** TFLite MEAN, which has one form for both spatial axes and one for others: {@code quantwright.ir.arith}. */
    TFLITE_MEAN
}
