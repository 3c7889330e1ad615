package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.backend.llvm.text.ModuleBuilder;

/**
 * One kernel call of a step.
 *
 * @param kernel name of the kernel, for reports
 * @param key equal keys share one function: the spec and everything else the code depends on
 * @param emitter writes the function {@code void f(pointers..., ptr constants)}
 * @param constants the layer's numbers in the order the code reads them; may be empty
 * @param arguments what the function's pointers point to, outputs last
 * @param units parts that may be computed at once; if there are several the function takes two {@code i64} more, the first
 *              and the one after the last
 */
record KernelCall(String kernel, Object key, Emitter emitter, byte[] constants, List<Placement> arguments, int units) {
    /** A call that computes everything at once. */
    KernelCall(String kernel, Object key, Emitter emitter, byte[] constants, List<Placement> arguments) {
        this(kernel, key, emitter, constants, arguments, 1);
    }

    /** Writes one function. */
    @FunctionalInterface
    interface Emitter {
        /** Adds a function of that name to the module. */
        void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage);
    }
}
