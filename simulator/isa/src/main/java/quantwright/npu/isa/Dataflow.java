package quantwright.npu.isa;

/** Which operand of a matrix product rests in the array. */
public enum Dataflow {
    /** Weights: a tile of depth x columns is loaded, input rows stream past it. */
    WEIGHT_STATIONARY,
    /** Sums: a tile of rows x columns is built in place while inputs and weights stream past. */
    OUTPUT_STATIONARY,
    /** Inputs: a tile of depth x rows is loaded, weight columns stream past it. */
    INPUT_STATIONARY
}
