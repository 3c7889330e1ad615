package quantwright.npu.isa;

/** Functions of two operands; {@code q - zero} of each operand enters. */
public enum ElementwiseKind {
    /** Sum of the two, each rescaled by a factor of its own. */
    ADD,
    /** Difference, as {@link #ADD}. */
    SUB,
    /** Product, rescaled once. */
    MUL,
    /** Greater stored value; operands and result share their scale. */
    MAX,
    /** Lesser stored value; operands and result share their scale. */
    MIN
}
