package quantwright.backend.avx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * AVX2 with FMA. Bytes are multiplied as 16-bit words, which is exact for all weights, or by {@code vpmaddubsw} where
 * the weights are proven not to saturate it. Activations lie in the arena with the top bit flipped.
 *
 * @param vnni {@code vpdpbusd} exists in VEX encoding
 */
public record Avx2Isa(boolean vnni) implements X86Isa {
    @Override
    public String suffix() {
        return vnni ? "avxvnni" : "avx2";
    }

    @Override
    public int lanes() {
        return 8;
    }

    @Override
    public int registers() {
        return 16;
    }

    @Override
    public int byteFlip() {
        return 0x80;
    }

    @Override
    public boolean fusesWords() {
        return vnni;
    }

    @Override
    public Dot dot(boolean safePairs) {
        return vnni ? new VnniDot() : safePairs ? new Pairs() : new Words();
    }

    @Override
    public Dot packedDot(int bits) {
        return vnni ? new PackedVnniDot(bits) : new PackedPairs(bits);
    }

    static Value intrinsic(FunctionBuilder f, String avx2, String sse, IrType result, Value... arguments) {
        return f.intrinsic(result.bytes() == 32 ? "llvm.x86.avx2." + avx2 : "llvm.x86." + sse, result, arguments);
    }

    /** vpmaddubsw, then vpmaddwd with ones: for weights whose pairs cannot saturate. */
    static final class Pairs implements Dot {
        @Override
        public int scratchRegisters() {
            return 3;
        }

        @Override
        public int operations() {
            return 3;
        }

        @Override
        public int multiplications() {
            return 2;
        }

        @Override
        public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
            int n = acc.type().lanes();
            Value a = f.bitcast(f.slice(activation[0], 0, n), IrType.I8.vec(4 * n));
            Value pairs = intrinsic(f, "pmadd.ub.sw", "ssse3.pmadd.ub.sw.128", IrType.I16.vec(2 * n), a, weights[0]);
            Value fours = intrinsic(f, "pmadd.wd", "sse2.pmadd.wd", acc.type(), pairs, Value.of(pairs.type(), 1));
            return f.add(acc, fours);
        }

        @Override
        public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
            return new Value[] {f.load(IrType.I8.vec(4 * lanes), step.plus(4L * firstOutput), 16)};
        }
    }

    /**
     * Bytes 0 and 2, and bytes 1 and 3, of the activations as 16-bit pairs, each by vpmaddwd with weights widened when
     * they were packed: a step holds the pairs (w0, w2) of all outputs, then (w1, w3).
     */
    private static final class Words implements Dot {
        @Override
        public int weightBytes() {
            return 8;
        }

        @Override
        public int scratchRegisters() {
            return 4;
        }

        @Override
        public int operations() {
            return 4;
        }

        @Override
        public int multiplications() {
            return 2;
        }

        @Override
        public int preparations() {
            return 2;
        }

        @Override
        public Value[] activation(FunctionBuilder f, Value splat) {
            IrType words = IrType.I16.vec(2 * splat.type().lanes());
            Value even = f.and(splat, Value.of(splat.type(), 0x00ff00ff));
            Value odd = f.lshr(f.bitcast(splat, words), Value.of(words, 8));
            return new Value[] {f.bitcast(even, words), odd};
        }

        @Override
        public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
            int n = acc.type().lanes();
            Value sum = acc;
            for (int i = 0; i < 2; i++) {
                Value a = f.slice(activation[i], 0, 2 * n);
                sum = f.add(sum, intrinsic(f, "pmadd.wd", "sse2.pmadd.wd", acc.type(), a, weights[i]));
            }
            return sum;
        }

        @Override
        public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
            IrType words = IrType.I16.vec(2 * lanes);
            return new Value[] {f.load(words, step.plus(4L * firstOutput), 16),
                f.load(words, step.plus(4L * (outputs + firstOutput)), 16)};
        }

        @Override
        public void pack(ByteBuffer to, byte[][] weights) {
            to.order(ByteOrder.LITTLE_ENDIAN);
            for (int odd = 0; odd < 2; odd++) {
                for (byte[] w : weights) {
                    to.putShort(w[odd]).putShort(w[odd + 2]);
                }
            }
        }
    }

    @Override
    public Value toIntHalfEven(FunctionBuilder f, Value v) {
        IrType ints = IrType.I32.vec(v.type().lanes());
        return f.intrinsic(ints.bytes() == 32 ? "llvm.x86.avx.cvt.ps2dq.256" : "llvm.x86.sse2.cvtps2dq", ints, v);
    }

    @Override
    public Value lookup(FunctionBuilder f, Value bytes, Address table) {
        return X86Narrow.lookup(f, bytes, table, false);
    }
}
