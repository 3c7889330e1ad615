package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Fills elements with one value: borders and padding. Emits {@code void f(ptr out, ptr constants)}.
 *
 * @param nest loops; operand 0 is written
 * @param elementBytes 1, 2, 4 or 8
 * @param bits the value's bits
 */
public record FillKernel(LoopNest nest, int elementBytes, long bits) {
    private static final int VECTOR_BYTES = 32;

    /** Simplifies the nest. */
    public FillKernel {
        nest = nest.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "fill_b" + elementBytes;
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.writable("out"),
                Parameter.readOnly("constants"));
        Address[] start = {f.at(f.param(0))};
        if (nest.depth() > 0 && nest.innermost(0) == elementBytes) {
            LoopEmitter.nest(f, nest.outer(), start, at -> LoopEmitter.chunks(f, nest.innermostExtent(),
                    VECTOR_BYTES / elementBytes, (first, lanes) -> fill(f, f.at(at[0], first, elementBytes), lanes)));
        } else {
            LoopEmitter.nest(f, nest, start, at -> fill(f, at[0], 1));
        }
        f.ret();
    }

    private void fill(FunctionBuilder f, Address to, int lanes) {
        IrType type = new IrType(IrType.Kind.INT, 8 * elementBytes, lanes);
        int shift = 64 - 8 * elementBytes;
        f.store(Value.of(type, bits << shift >> shift), to);
    }
}
