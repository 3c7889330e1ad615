package quantwright.backend.avx;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.kernel.VectorIsa;
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
public record Avx512Isa(boolean vbmi) implements VectorIsa {
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
    public Dot dot(boolean safePairs) {
        return new Vnni();
    }

    private static final class Vnni implements Dot {
        @Override
        public int weightBytes() {
            return 4;
        }

        @Override
        public Value[] activation(FunctionBuilder f, Value splat) {
            return new Value[] {splat};
        }

        @Override
        public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
            int n = acc.type().lanes();
            return f.intrinsic("llvm.x86.avx512.vpdpbusd." + 32 * n, acc.type(), acc, f.slice(activation[0], 0, n),
                weights[0]);
        }

        @Override
        public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
            return new Value[] {f.load(IrType.I32.vec(lanes), step.plus(4L * firstOutput), 16)};
        }

        @Override
        public void pack(ByteBuffer to, byte[][] weights) {
            for (byte[] w : weights) {
                to.put(w);
            }
        }
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
    public Value roundHalfEven(FunctionBuilder f, Value v) {
        return f.overloaded("llvm.roundeven", v.type(), v);
    }

    @Override
    public Value floatMin(FunctionBuilder f, Value x, Value y) {
        return f.select(f.fcmp("olt", x, y), x, y);
    }

    @Override
    public Value floatMax(FunctionBuilder f, Value x, Value y) {
        return f.select(f.fcmp("ogt", x, y), x, y);
    }

    @Override
    public Value narrow(FunctionBuilder f, Value[] pieces, Address zero) {
        return X86Narrow.toUnsigned(f, pieces, zero);
    }

    @Override
    public Value narrowInterleaved(FunctionBuilder f, Value[] pieces, Address zero) {
        return X86Narrow.interleaved(f, pieces, zero);
    }

    @Override
    public Value lookup(FunctionBuilder f, Value bytes, Address table) {
        return X86Narrow.lookup(f, bytes, table, vbmi);
    }
}
