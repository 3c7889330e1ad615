package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;

/**
 * What happens to a float accumulator: activation, addition of a second tensor, activation, store. The composition of
 * the float operations it stands for, each rounded by itself.
 *
 * @param before   activation of the accumulator
 * @param residual a float tensor is added
 * @param after    activation of the sum; NONE without one
 * @param store    F32, or quantized bytes: true division by the scale, half to even, plus zero, clamp; NaN gives zero
 */
public record FloatEpilogue(FloatActivation before, boolean residual, FloatActivation after, Element store) {
    public FloatEpilogue {
        if (!residual && after != FloatActivation.NONE) {
            throw new IllegalArgumentException("an activation after an addition that is not there");
        }
    }

    /** An activation and a float store. */
    public static FloatEpilogue of(FloatActivation activation) {
        return new FloatEpilogue(activation, false, FloatActivation.NONE, Element.F32);
    }
}
