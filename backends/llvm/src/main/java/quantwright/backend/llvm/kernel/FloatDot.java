package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** The step of a float product: the four bytes of activation are one f32, multiplied and added with one rounding. */
final class FloatDot implements VectorIsa.Dot {
    @Override
    public Value[] activation(FunctionBuilder f, Value splat) {
        return new Value[] {f.bitcast(splat, splat.type().withFloat())};
    }

    @Override
    public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
        return f.fma(f.slice(activation[0], 0, acc.type().lanes()), weights[0], acc);
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.F32.vec(lanes), step.plus(4L * firstOutput), 16)};
    }
}
