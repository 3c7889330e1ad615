package quantwright.backend.npu.lower;

import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Constant;

/** Constant operands. */
final class Operands {
    private Operands() {
    }

    /** Whether a value is a constant. */
    static boolean isConstant(Value value) {
        return !value.isInput() && value.producer().op() instanceof Constant;
    }

    /** The data of a constant. */
    static Tensor constant(Value value) {
        return ((Constant) value.producer().op()).data().toTensor();
    }
}
