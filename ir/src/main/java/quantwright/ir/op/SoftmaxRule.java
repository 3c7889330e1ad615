package quantwright.ir.op;

/** How a quantized softmax is computed; formulas in {@code quantwright.ir.arith}. */
public enum SoftmaxRule {
    /** 256-entry u32 exponential table, i64 sum, all integer. */
    INTEGER_TABLE,
    /** TFLite's SOFTMAX on int8. */
    TFLITE
}
