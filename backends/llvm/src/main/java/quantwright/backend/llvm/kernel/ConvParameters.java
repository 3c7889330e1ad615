package quantwright.backend.llvm.kernel;

/**
 * The numbers of an integer convolution.
 *
 * @param weights   s8, [output][kernel row][kernel column][input of the group], zero point 0
 * @param bias      i32 per output, without any compensation; null means zeros
 * @param inputZero zero point of the activations in the i8 domain
 * @param multipliers u8 for each group of inputs of output 0, then of the next; null unless the spec has groups of them
 * @param epilogue  what follows the accumulator
 */
public record ConvParameters(byte[] weights, int[] bias, int inputZero, byte[] multipliers,
                             EpilogueValues epilogue) {
    /** Parameters without multipliers. */
    public ConvParameters(byte[] weights, int[] bias, int inputZero, EpilogueValues epilogue) {
        this(weights, bias, inputZero, null, epilogue);
    }
}
