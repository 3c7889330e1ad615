package quantwright.backend.avx;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * AVX-512 F, BW, DQ, VL with VNNI. {@code vpdpbusd} multiplies unsigned by signed bytes, so activations lie in the
 * arena with the top bit flipped.
 *
 * @param vbmi byte permutations ({@code vpermi2b}) exist
 */
public record Avx512Isa(boolean vbmi) implements X86Isa {
    @Override
    public String suffix() {
        return "avx512vnni";
    }

    @Override
    public int lanes() {
        return 16;
    }

    @Override
    public int registers() {
        return 32;
    }

    @Override
    public double vectorCycles() {
        return 1;
    }

    @Override
    public int byteFlip() {
        return 0x80;
    }

    @Override
    public boolean fusesWords() {
        return true;
    }

    @Override
    public Dot dot(boolean safePairs) {
        return new VnniDot();
    }

    @Override
    public Dot packedDot(int bits) {
        return new PackedVnniDot(bits);
    }

    @Override
    public Value toIntHalfEven(FunctionBuilder f, Value v) {
        IrType ints = IrType.I32.vec(v.type().lanes());
        return switch (v.type().lanes()) {
            case 16 -> f.intrinsic("llvm.x86.avx512.mask.cvtps2dq.512", ints, v, Value.zero(ints),
                Value.of(IrType.I16, -1), Value.i32(4));
            case 8 -> f.intrinsic("llvm.x86.avx.cvt.ps2dq.256", ints, v);
            default -> f.intrinsic("llvm.x86.sse2.cvtps2dq", ints, v);
        };
    }

    @Override
    public Value lookup(FunctionBuilder f, Value bytes, Address table) {
        return X86Narrow.lookup(f, bytes, table, vbmi);
    }
}
