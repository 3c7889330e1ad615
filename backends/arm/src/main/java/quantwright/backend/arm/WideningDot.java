package quantwright.backend.arm;

import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Four bytes of every lane by {@code smull} of both halves; where the sums of neighbouring products fit 16 bits, they
 * are made there.
 *
 * @param safePairs they do
 */
record WideningDot(boolean safePairs) implements VectorIsa.Dot {
    @Override
    public int scratchRegisters() {
        return 4;
    }

    @Override
    public int operations() {
        return safePairs ? 4 : 6;
    }

    @Override
    public int multiplications() {
        return 2;
    }

    @Override
    public Value[] activation(FunctionBuilder f, Value splat) {
        return new Value[] {f.bitcast(splat, IrType.I8.vec(4 * splat.type().lanes()))};
    }

    @Override
    public Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
        Value low = Widening.multiply(f, f.slice(activation[0], 0, 8), f.slice(weights[0], 0, 8));
        Value high = Widening.multiply(f, f.slice(activation[0], 8, 8), f.slice(weights[0], 8, 8));
        if (safePairs) {
            Value pairs = f.overloaded("llvm.aarch64.neon.addp", low.type(), low, high);
            return Widening.addPairs(f, acc, pairs);
        }
        Value fours = f.overloaded("llvm.aarch64.neon.addp", acc.type(), Widening.pairs(f, low),
            Widening.pairs(f, high));
        return f.add(acc, fours);
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.I8.vec(4 * lanes), step.plus(4L * firstOutput), 16)};
    }
}
