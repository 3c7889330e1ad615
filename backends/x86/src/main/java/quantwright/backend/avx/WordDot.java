package quantwright.backend.avx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code vpdpwssd}, or {@code vpmaddwd} and an addition: two i16 activations per lane by weights that are widened to i16 in
 * registers. Weights of 8 bits are loaded with sign extension; of 4, 2 and 1 bits a word holds one weight of each of its
 * steps, the first step's at the bottom, which a shift to the top and an arithmetic shift down bring out exactly.
 *
 * @param bits  8, 4, 2 or 1
 * @param fused there is {@code vpdpwssd}
 */
record WordDot(int bits, boolean fused) implements VectorIsa.Dot {
    private static final int WORD = 16;

    @Override
    public int weightBytes() {
        return bits == 8 ? 2 : 4;
    }

    @Override
    public int stepsPerLoad() {
        return bits == 8 ? 1 : WORD / bits;
    }

    @Override
    public int unpackings() {
        return bits == 8 ? 1 : bits == 1 ? 3 : 2;
    }

    @Override
    public int scratchRegisters() {
        // A register for the bit that makes a sign of a bit, and for the product before it is added.
        return 2 + (bits == 1 ? 1 : 0) + (fused ? 0 : 1);
    }

    @Override
    public int operations() {
        return fused ? 1 : 2;
    }

    @Override
    public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
        int n = acc.type().lanes();
        Value a = f.slice(activation[0], 0, n);
        if (fused) {
            return f.intrinsic("llvm.x86.avx512.vpdpwssd." + 32 * n, acc.type(), acc, a, f.bitcast(weights[0], acc.type()));
        }
        Value words = f.bitcast(a, IrType.I16.vec(2 * n));
        Value pairs = Avx2Isa.intrinsic(f, "pmadd.wd", "sse2.pmadd.wd", acc.type(), words, weights[0]);
        // Steps reassociated would keep the products of two of them, which there are no registers for.
        return f.opaque(f.add(acc, pairs), "x");
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        IrType words = IrType.I16.vec(2 * lanes);
        return new Value[] {bits == 8 ? f.sext(f.load(IrType.I8.vec(2 * lanes), step.plus(2L * firstOutput), 8), words)
            : f.load(words, step.plus(4L * firstOutput), 16)};
    }

    @Override
    public Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        if (bits == 8) {
            return loaded;
        }
        IrType words = loaded[0].type();
        int above = WORD - bits * (step + 1);
        Value top = above == 0 ? loaded[0] : f.shl(loaded[0], Value.of(words, above));
        Value signed = f.ashr(top, Value.of(words, WORD - bits));
        return new Value[] {bits == 1 ? f.or(signed, Value.of(words, 1)) : signed};
    }

    /** Packs words, the low byte of each being the weight. */
    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        int mask = (1 << bits) - 1;
        to.order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] w : weights) {
            for (int input = 0; input < 2; input++) {
                int packed = 0;
                for (int step = 0; 4 * step < w.length; step++) {
                    int weight = w[4 * step + 2 * input];
                    packed |= ((bits == 1 ? weight >>> 31 : weight) & mask) << bits * step;
                }
                if (bits == 8) {
                    to.put((byte) packed);
                } else {
                    to.putShort((short) packed);
                }
            }
        }
    }
}
