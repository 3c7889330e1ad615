package quantwright.backend.avx;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code vpmaddubsw} by weights of 4, 2 or 1 bits, which are too small to saturate a 16-bit pair: 255 * (8 + 8). A byte
 * holds one weight of each of its steps, the first step's at the bottom.
 *
 * @param bits 4, 2 or 1
 */
record PackedPairs(int bits) implements PackedDot {
    @Override
    public VectorIsa.Dot bytes() {
        return new Avx2Isa.Pairs();
    }

    @Override
    public int unpackings() {
        return 4;
    }

    @Override
    public int scratchRegisters() {
        return 5;
    }

    @Override
    public Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        IrType bytes = loaded[0].type();
        IrType words = IrType.I16.vec(bytes.lanes() / 2);
        Value low = step == 0 ? loaded[0]
            : f.bitcast(f.lshr(f.bitcast(loaded[0], words), Value.of(words, bits * step)), bytes);
        Value field = f.and(low, Value.of(bytes, (1 << bits) - 1));
        // (w ^ s) - s extends the sign bit s; 1 - 2 w for a sign alone.
        int sign = 1 << bits - 1;
        return new Value[] {bits == 1 ? f.sub(Value.of(bytes, 1), f.add(field, field))
            : f.sub(f.xor(field, Value.of(bytes, sign)), Value.of(bytes, sign))};
    }

    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        PackedWeights.pack(to, weights, bits, step -> bits * step);
    }
}
