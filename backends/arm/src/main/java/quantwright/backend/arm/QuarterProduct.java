package quantwright.backend.arm;

import quantwright.backend.llvm.kernel.TileProduct;

/** A product by element: a register holds what four steps read of a pixel, and each step multiplies one quarter of it. */
interface QuarterProduct extends TileProduct {
    @Override
    default int stepsPerActivations() {
        return 4;
    }

    @Override
    default boolean holdsActivations() {
        return true;
    }

    @Override
    default double weightLoads() {
        return 0.5;
    }

    @Override
    default int reach() {
        return NeonIsa.PAIR_REACH;
    }
}
