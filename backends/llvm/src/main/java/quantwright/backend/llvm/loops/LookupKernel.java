package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Replaces integers by entries of a table. The constants are indexed by the bits in memory, unsigned, and hold the bits
 * to store, so that encodings cost nothing. Emits {@code void f(ptr in, ptr out, ptr constants)}.
 *
 * @param nest loops; operands in, out
 * @param from type of the operand's elements in memory, i8 or i16
 * @param to type of the result's elements in memory, i8 or i16
 * @param inPlace whether the result is the operand's memory
 */
public record LookupKernel(LoopNest nest, IrType from, IrType to, boolean inPlace) {
    /** Simplifies the nest. */
    public LookupKernel {
        nest = nest.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "loop_lookup";
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID,
                inPlace ? Parameter.aliased("in") : Parameter.readOnly("in"),
                inPlace ? Parameter.aliased("out") : Parameter.writable("out"), Parameter.readOnly("constants"));
        Address table = f.at(f.param(2));
        Address[] start = {f.at(f.param(0)), f.at(f.param(1))};
        LoopNest outer = nest.depth() == 0 ? nest : nest.outer();
        LoopEmitter.nest(f, outer, start, at -> LoopEmitter.unrolled(f, nest.innermostExtent(), i -> {
            Value index = f.zext(f.load(from, f.at(at[0], i, nest.innermost(0))), IrType.I64);
            f.store(f.load(to, f.at(table, index, to == IrType.I8 ? 1 : 2)), f.at(at[1], i, nest.innermost(1)));
        }));
        f.ret();
    }
}
