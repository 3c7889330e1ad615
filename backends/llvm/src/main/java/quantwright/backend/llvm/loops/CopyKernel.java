package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Moves elements along affine index maps: transposes, slices, concatenations, channel shuffles, layout changes. Emits
 * {@code void f(ptr in, ptr out, ptr constants)}; the constants are not read.
 *
 * @param nest loops; operand 0 is read, operand 1 is written
 * @param elementBytes 1, 2, 4 or 8
 * @param flip what each byte is XORed with on the way; only for single bytes
 */
public record CopyKernel(LoopNest nest, int elementBytes, int flip) {
    private static final int VECTOR_BYTES = 32;

    /** Simplifies the nest. */
    public CopyKernel {
        nest = nest.simplified();
        if (nest.strides().size() != 2 || Integer.bitCount(elementBytes) != 1 || elementBytes > 8
                || flip != 0 && elementBytes != 1) {
            throw new IllegalArgumentException("copy of " + elementBytes + " bytes, flip " + flip);
        }
    }

    /** Name for reports. */
    public String name() {
        return (isContiguous() ? "copy_rows" : "copy_elements") + (flip == 0 ? "" : "_flip") + "_b" + elementBytes;
    }

    private boolean isContiguous() {
        return nest.innermost(0) == elementBytes && nest.innermost(1) == elementBytes;
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Address[] start = {f.at(f.param(0)), f.at(f.param(1))};
        if (nest.depth() == 0) {
            copy(f, start[0], start[1], 1);
        } else if (isContiguous()) {
            LoopEmitter.nest(f, nest.outer(), start, at -> LoopEmitter.chunks(f, nest.innermostExtent(),
                    VECTOR_BYTES / elementBytes, (first, lanes) -> copy(f, f.at(at[0], first, elementBytes),
                            f.at(at[1], first, elementBytes), lanes)));
        } else {
            LoopEmitter.nest(f, nest.outer(), start, at -> LoopEmitter.unrolled(f, nest.innermostExtent(),
                    i -> copy(f, f.at(at[0], i, nest.innermost(0)), f.at(at[1], i, nest.innermost(1)), 1)));
        }
        f.ret();
    }

    private void copy(FunctionBuilder f, Address from, Address to, int lanes) {
        IrType type = new IrType(IrType.Kind.INT, 8 * elementBytes, lanes);
        Value v = f.load(type, from);
        f.store(flip == 0 ? v : f.xor(v, Value.of(type, (byte) flip)), to);
    }
}
