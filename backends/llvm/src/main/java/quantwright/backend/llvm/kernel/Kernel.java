package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.ModuleBuilder;

/**
 * A template applied to one spec: knows its code and the order of its constants.
 *
 * @param <P> numeric parameters of a layer: weights, bias, multipliers
 */
public interface Kernel<P> {
    /** Name of the template, tile and instruction set, such as {@code u8s8s32_conv_12x32c4__avx512vnni}. */
    String name();

    /**
     * Emits {@code void function(ptr in, [ptr in2,] ptr out, ptr constants)} into {@code module}. {@code constants}
     * must be aligned to 64 bytes.
     */
    void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage);

    /** Parts of about equal size, of which threads may compute any at once; several only of a {@link SlicedKernel}. */
    default int units() {
        return 1;
    }

    /** The constants block of a layer, in the order the code reads it. */
    byte[] constants(P parameters);
}
