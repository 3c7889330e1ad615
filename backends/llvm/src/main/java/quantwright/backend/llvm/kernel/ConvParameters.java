package quantwright.backend.llvm.kernel;

/**
 * The numbers of an integer convolution.
 *
 * @param weights   s8, [output][kernel row][kernel column][input of the group], zero point 0
 * @param bias      i32 per output, without any compensation; null means zeros
 * @param inputZero zero point of the activations in the i8 domain
 * @param epilogue  what follows the accumulator
 */
public record ConvParameters(byte[] weights, int[] bias, int inputZero, EpilogueValues epilogue) { }
