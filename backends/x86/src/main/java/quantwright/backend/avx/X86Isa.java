package quantwright.backend.avx;

import quantwright.backend.llvm.kernel.BroadcastProduct;
import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/** What AVX2 and AVX-512 do by the same operations on vectors of different widths. */
interface X86Isa extends VectorIsa {
    @Override
    default boolean safePairs(byte[] weights, int perOutput) {
        return PairSums.safe(weights, perOutput);
    }

    /** Whether there is {@code vpdpwssd}. */
    boolean fusesWords();

    @Override
    default TileProduct wordProduct(int bits) {
        return new BroadcastProduct(new WordDot(bits, fusesWords()));
    }

    @Override
    default Value narrow(FunctionBuilder f, Value[] pieces, Address zero) {
        return X86Narrow.toUnsigned(f, pieces, zero);
    }

    @Override
    default Value narrowInterleaved(FunctionBuilder f, Value[] pieces, Address zero) {
        return X86Narrow.interleaved(f, pieces, zero);
    }
}
