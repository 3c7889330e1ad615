package quantwright.ir.op;

import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Which elements can be moved without regard to their place. */
final class MoveTypes {
    private MoveTypes() {
    }

    /** Whether every element has the same scale and zero point. */
    static boolean moves(ElementType element) {
        return element instanceof ScalarType || element instanceof QuantizedType.PerTensor;
    }
}
