package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.ModuleBuilder;

/**
 * A kernel whose work threads can share.
 *
 * @param <P> numeric parameters of a layer
 */
public interface SlicedKernel<P> extends Kernel<P> {
    /**
     * As {@link #emit(ModuleBuilder, String, ModuleBuilder.Linkage)}.
     *
     * @param sliced with two more parameters {@code i64 begin, i64 end}: only those {@link #units()} are computed
     */
    void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced);

    @Override
    default void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        emit(module, function, linkage, false);
    }
}
