package quantwright.backend.arm;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** {@code sdot} by element: a register holds sixteen bytes of a pixel, of which each step multiplies one quarter. */
final class DotProduct implements QuarterProduct {
    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        return QuarterLoads.activations(f, pixels[0], steps, IrType.I32, IrType.I8.vec(16));
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        Value acc = accumulators[0];
        return new Value[] {f.intrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8", acc.type(), acc, weights[0],
            activation[0])};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.I8.vec(16), step.plus(4L * firstOutput), 16)};
    }
}
