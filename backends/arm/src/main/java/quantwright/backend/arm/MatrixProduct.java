package quantwright.backend.arm;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** {@code smmla} by activations read where they lie: those of two pixels are put together in registers. */
final class MatrixProduct extends PairProduct {
    @Override
    public int stepsPerActivations() {
        return 2;
    }

    @Override
    public double preparations() {
        return 0.5;
    }

    @Override
    public int unrolledProducts() {
        return 384;
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        // The row of a pixel that is not there is whatever the register held; its sums are never read.
        Value[] loaded = new Value[2];
        for (int i = 0; i < 2; i++) {
            IrType row = IrType.I64.vec(steps);
            loaded[i] = i < pixels.length ? f.load(row, pixels[i], 1) : Value.poison(row);
        }
        Value[][] each = new Value[steps][];
        for (int s = 0; s < steps; s++) {
            Value pair = steps == 1 ? f.concat(loaded[0], loaded[1]) : f.shuffle(loaded[0], loaded[1], s, 2 + s);
            each[s] = new Value[] {f.bitcast(pair, IrType.I8.vec(16))};
        }
        return each;
    }
}
