package quantwright.backend.arm;

import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code smmla} by activations that were interleaved in pairs of pixels beforehand: a step loads one register for each
 * pair, and its loop has no vector operations but products.
 */
final class GatheredMatrixProduct implements TileProduct {
    private final MatrixProduct matrices = new MatrixProduct();

    @Override
    public TileProduct gathers() {
        return matrices;
    }

    @Override
    public int depth() {
        return matrices.depth();
    }

    @Override
    public int pixels() {
        return matrices.pixels();
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
    public double weightLoads() {
        return 1;
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        return new Value[][] {{f.load(IrType.I8.vec(16), pixels[0], 16)}};
    }

    @Override
    public Value[] open(FunctionBuilder f, Value start) {
        return matrices.open(f, start);
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        return matrices.accumulate(f, accumulators, activation, weights);
    }

    @Override
    public Value[] close(FunctionBuilder f, Value[] accumulators) {
        return matrices.close(f, accumulators);
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return matrices.weights(f, step, firstOutput, lanes, outputs);
    }
}
