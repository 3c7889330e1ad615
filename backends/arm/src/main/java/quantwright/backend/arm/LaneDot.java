package quantwright.backend.arm;

import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** {@code sdot}: four bytes of every lane by one instruction. */
final class LaneDot implements VectorIsa.Dot {
    @Override
    public Value[] activation(FunctionBuilder f, Value splat) {
        return new Value[] {f.bitcast(splat, IrType.I8.vec(4 * splat.type().lanes()))};
    }

    @Override
    public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
        return f.intrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8", acc.type(), acc, weights[0], activation[0]);
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.I8.vec(4 * lanes), step.plus(4L * firstOutput), 16)};
    }
}
