package quantwright.backend.avx;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.kernel.PackedSums;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code vpdpbusd} by weights of 4, 2 or 1 bits. A byte holds one weight of each of its steps, the first step's at the
 * top. Shifted to the top and cut off there, a weight is the signed byte {@code w * 2^(8 - bits)} (one bit: +-64), so
 * that a step costs a shift and a logical operation, and the sum is scaled back once at the end.
 *
 * @param bits 4, 2 or 1
 */
record PackedVnniDot(int bits) implements PackedDot {
    @Override
    public VectorIsa.Dot bytes() {
        return new VnniDot();
    }

    @Override
    public int scaleShift() {
        return PackedSums.shift(bits);
    }

    @Override
    public int unpackings() {
        return 2;
    }

    @Override
    public int scratchRegisters() {
        // One or two masks beside what bytes need.
        return bytes().scratchRegisters() + (bits == 1 ? 3 : 2);
    }

    @Override
    public Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        IrType type = loaded[0].type();
        Value shifted = step == 0 ? loaded[0] : f.shl(loaded[0], Value.of(type, bits * step));
        Value top = f.and(shifted, Value.of(type, 0x01010101 * (0x100 - (1 << 8 - bits))));
        return new Value[] {bits == 1 ? f.or(top, Value.of(type, 0x40404040)) : top};
    }

    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        PackedWeights.pack(to, weights, bits, step -> 8 - bits * (step + 1));
    }
}
