package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Parameter;

/**
 * What the pointers of a kernel {@code in, [in2,] out, constants} point to; code for {@link Units} takes them too.
 *
 * @param residual {@code in2}, or null
 */
record KernelParameters(Address in, Address residual, Address out, Address constants) {
    /**
     * The parameters of a function, with {@code sliced} the units {@code begin, end} behind the pointers.
     *
     * @param residual there is an {@code in2}, which the result may lie on
     */
    static Parameter[] of(boolean residual, boolean sliced) {
        var list = new ArrayList<Parameter>();
        list.add(Parameter.readOnly("in"));
        if (residual) {
            list.add(Parameter.aliased("in2"));
        }
        list.add(residual ? Parameter.aliased("out") : Parameter.writable("out"));
        list.add(new Parameter(IrType.PTR, "constants", "noalias nocapture readonly align 64"));
        if (sliced) {
            list.add(new Parameter(IrType.I64, "begin", ""));
            list.add(new Parameter(IrType.I64, "end", ""));
        }
        return list.toArray(Parameter[]::new);
    }

    /** Those of a function that has them. */
    static KernelParameters of(FunctionBuilder f, boolean residual) {
        return residual ? new KernelParameters(f.at(f.param(0)), f.at(f.param(1)), f.at(f.param(2)), f.at(f.param(3)))
            : new KernelParameters(f.at(f.param(0)), null, f.at(f.param(1)), f.at(f.param(2)));
    }
}
