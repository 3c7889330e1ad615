package quantwright.ir.arith;

/** Groups of ops for which a preset chooses one rounding. */
public enum OpFamily {
    /** Convolutions but depthwise ones. */
    CONVOLUTION,
    /** Convolutions with one input channel per group. */
    DEPTHWISE_CONVOLUTION,
    /** Fully connected layers and matrix products. */
    MATRIX_PRODUCT,
    /** Elementwise addition and subtraction. */
    ADD,
    /** Elementwise multiplication. */
    MUL,
    /** Average pooling. */
    AVERAGE_POOL,
    /** Mean over axes. */
    MEAN,
    /** A change of scale and zero point alone, also of concatenation's operands. */
    REQUANTIZE
}
