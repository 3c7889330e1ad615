package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * An elementwise function, on scalars or vectors alike. Implementations are value-equal, so that equal loops share
 * code.
 */
public interface MapBody {
    /** Name for reports. */
    String name();

    /**
     * Types of the numbers the function reads from the constants block, eight bytes each: {@code f} f32, {@code i} i32,
     * {@code l} i64. {@link Slots} writes them.
     */
    String slots();

    /**
     * Emits the function.
     *
     * @param x operands in the types {@link Stored} computes in, equal lanes
     * @param c the numbers of {@link #slots()}, splatted to as many lanes
     * @return the result; an integer of any width not below the stored one, or a float
     */
    Value apply(FunctionBuilder f, Value[] x, Value[] c);
}
