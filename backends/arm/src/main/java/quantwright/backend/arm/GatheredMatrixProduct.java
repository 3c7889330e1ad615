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
final class GatheredMatrixProduct extends PairProduct {
    @Override
    public TileProduct gathers() {
        return new MatrixProduct();
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        return new Value[][] {{f.load(IrType.I8.vec(16), pixels[0], 16)}};
    }
}
