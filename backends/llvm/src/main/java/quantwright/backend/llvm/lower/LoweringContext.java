package quantwright.backend.llvm.lower;

import java.util.function.ToLongFunction;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.ir.Value;
import quantwright.ir.type.TensorType;

/** What the lowering of one node may ask: where its values lie and which kernels the instruction set has. */
final class LoweringContext {
    private final ArenaPlan plan;
    private final CpuKernels kernels;
    private final ToLongFunction<byte[]> constants;

    LoweringContext(ArenaPlan plan, CpuKernels kernels, ToLongFunction<byte[]> constants) {
        this.plan = plan;
        this.kernels = kernels;
        this.constants = constants;
    }

    /** The instruction set's kernels, best first. */
    CpuKernels kernels() {
        return kernels;
    }

    /** Where a value lies; a constant is put into the constants block, in the arena's encoding. */
    Placement placement(Value value) {
        if (!TileOps.isConstant(value)) {
            return plan.placement(value);
        }
        TensorType type = value.type().canonical();
        int flip = LayoutAssignment.isFlipped(type, kernels.byteFlip()) ? kernels.byteFlip() : 0;
        byte[] packed = TileOps.constant(value).toTensor().pack();
        for (int i = 0; flip != 0 && i < packed.length; i++) {
            packed[i] ^= (byte) flip;
        }
        return new Placement(Placement.Space.CONSTANT, 0, constants.applyAsLong(packed), type,
                Placement.denseStrides(type), flip);
    }

    /** Whether a value is its operand's memory under another type. */
    boolean sharesMemory(Value value, Value operand) {
        return plan.sharesMemory(value, operand);
    }
}
