package quantwright.backend.avx;

import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** {@code vpdpbusd}: four bytes per lane by one instruction, in whichever encoding the target has. */
final class VnniDot implements VectorIsa.Dot {
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
}
