package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Picks positions of one axis by an index tensor. Negative indices count from the end; an index outside the axis, which
 * the interpreter refuses, picks the nearest position, so that nothing outside is read. Emits
 * {@code void f(ptr x, ptr indices, ptr out, ptr constants)}; the constants are not read.
 *
 * @param outer loops over the axes before; operands x, out
 * @param picks loops over the indices; operands indices, out
 * @param inner loops over the axes behind; operands x, out
 * @param extent extent of the axis
 * @param stride bytes from one of its positions to the next
 * @param index stored indices: i32 or i64
 * @param elementBytes 1, 2, 4 or 8
 * @param flip what each byte is XORed with on the way; only for single bytes
 */
public record GatherKernel(LoopNest outer, LoopNest picks, LoopNest inner, int extent, long stride, Stored index,
                           int elementBytes, int flip) {
    private static final int VECTOR_BYTES = 32;

    /** Simplifies the nests. */
    public GatherKernel {
        outer = outer.simplified();
        picks = picks.simplified();
        inner = inner.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "loop_gather_b" + elementBytes;
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("x"),
                Parameter.readOnly("indices"), Parameter.writable("out"), Parameter.readOnly("constants"));
        LoopEmitter.nest(f, outer, new Address[] {f.at(f.param(0)), f.at(f.param(2))}, at ->
                LoopEmitter.nest(f, picks, new Address[] {f.at(f.param(1)), at[1]}, pick -> {
                    Value position = position(f, f.sext(index.load(f, pick[0], 0, 1), IrType.I64));
                    Address from = f.at(at[0], position, stride);
                    block(f, new Address[] {from, pick[1]});
                }));
        f.ret();
    }

    private Value position(FunctionBuilder f, Value index) {
        Value negative = f.icmp("slt", index, Value.i64(0));
        Value wrapped = f.select(negative, f.add(index, Value.i64(extent)), index);
        return f.smin(f.smax(wrapped, Value.i64(0)), Value.i64(extent - 1));
    }

    private void block(FunctionBuilder f, Address[] start) {
        if (inner.depth() > 0 && inner.innermost(0) == elementBytes && inner.innermost(1) == elementBytes) {
            LoopEmitter.nest(f, inner.outer(), start, at -> LoopEmitter.chunks(f, inner.innermostExtent(),
                    VECTOR_BYTES / elementBytes, (first, lanes) -> copy(f, f.at(at[0], first, elementBytes),
                            f.at(at[1], first, elementBytes), lanes)));
        } else {
            LoopEmitter.nest(f, inner, start, at -> copy(f, at[0], at[1], 1));
        }
    }

    private void copy(FunctionBuilder f, Address from, Address to, int lanes) {
        IrType type = new IrType(IrType.Kind.INT, 8 * elementBytes, lanes);
        Value v = f.load(type, from);
        f.store(flip == 0 ? v : f.xor(v, Value.of(type, (byte) flip)), to);
    }
}
