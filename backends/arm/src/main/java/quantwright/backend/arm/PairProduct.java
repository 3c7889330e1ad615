package quantwright.backend.arm;

import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code smmla}: eight bytes of two pixels by eight bytes of two outputs. An accumulator holds the four sums of two
 * pixels and two outputs, pixel by pixel; two of them make one vector of four outputs for each pixel of a pair.
 */
abstract class PairProduct implements TileProduct {
    @Override
    public int depth() {
        return 8;
    }

    @Override
    public int pixels() {
        return 2;
    }

    @Override
    public boolean holdsActivations() {
        return true;
    }

    @Override
    public int scratchRegisters() {
        return 3;
    }

    @Override
    public int reach() {
        return NeonIsa.PAIR_REACH;
    }

    @Override
    public Value[] open(FunctionBuilder f, Value start) {
        return new Value[] {f.shuffle(start, 0, 1, 0, 1), f.shuffle(start, 2, 3, 2, 3)};
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        Value[] sums = new Value[2];
        for (int i = 0; i < 2; i++) {
            sums[i] = f.intrinsic("llvm.aarch64.neon.smmla.v4i32.v16i8", accumulators[i].type(), accumulators[i],
                activation[0], weights[i]);
        }
        return sums;
    }

    @Override
    public Value[] close(FunctionBuilder f, Value[] accumulators) {
        // The upper halves first: the lower ones are then put together in place.
        Value second = f.shuffle(accumulators[0], accumulators[1], 2, 3, 6, 7);
        return new Value[] {f.shuffle(accumulators[0], accumulators[1], 0, 1, 4, 5), second};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        Address first = step.plus(8L * firstOutput);
        return new Value[] {f.load(IrType.I8.vec(16), first, 16), f.load(IrType.I8.vec(16), first.plus(16), 16)};
    }
}
