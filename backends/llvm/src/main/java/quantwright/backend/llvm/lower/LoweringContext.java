package quantwright.backend.llvm.lower;

import java.util.function.ToLongFunction;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;
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

    /**
     * Puts numbers into the constants block.
     *
     * @param array {@code float[]}, {@code int[]} or {@code long[]} as the type wants
     * @param strides byte strides through which a loop reads them
     */
    Placement constant(ScalarType type, Object array, long... strides) {
        int length = java.lang.reflect.Array.getLength(array);
        TensorType tensor = TensorType.of(type, length);
        byte[] packed = switch (array) {
            case float[] a -> Tensor.of(tensor, a).pack();
            case int[] a -> Tensor.of(tensor, a).pack();
            case long[] a -> Tensor.of(tensor, a).pack();
            default -> throw new IllegalArgumentException(array.getClass().toString());
        };
        return new Placement(Placement.Space.CONSTANT, 0, constants.applyAsLong(packed), tensor, strides, 0);
    }

    /** Whether a value is its operand's memory under another type. */
    boolean sharesMemory(Value value, Value operand) {
        return plan.sharesMemory(value, operand);
    }
}
