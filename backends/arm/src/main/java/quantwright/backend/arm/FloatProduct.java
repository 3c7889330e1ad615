package quantwright.backend.arm;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** {@code fmla} by element: a register holds four floats of a pixel, of which each step multiplies one. */
final class FloatProduct implements QuarterProduct {
    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        return QuarterLoads.activations(f, pixels[0], steps, IrType.F32, IrType.F32.vec(4));
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        return new Value[] {f.fma(weights[0], activation[0], accumulators[0])};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.F32.vec(4), step.plus(4L * firstOutput), 16)};
    }
}
