/**
 * Kernel generators shared by CPU backends. A kernel is described by a plain record ({@link
 * quantwright.backend.llvm.kernel.ConvSpec} and its siblings), chosen from an ordered list of {@link
 * quantwright.backend.llvm.kernel.KernelTemplate}s, emitted as one LLVM function with every shape and stride a
 * constant, and fed by one packed block of constants. What differs between instruction sets is behind {@link
 * quantwright.backend.llvm.kernel.VectorIsa}.
 *
 * <p>All integer activations a kernel reads lie as bytes in the encoding the instruction set wants ({@link
 * quantwright.backend.llvm.kernel.VectorIsa#byteFlip()}); zero-point compensation is folded into the bias by the
 * packer.
 */
package quantwright.backend.llvm.kernel;
