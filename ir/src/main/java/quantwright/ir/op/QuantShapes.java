package quantwright.ir.op;

import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Element constraints that quantized ops share. */
final class QuantShapes {
    private QuantShapes() {
    }

    /** Constraint 2: the first {@code count} operands are quantized per tensor. */
    static void perTensor(OpContext cx, int count) {
        for (int i = 0; i < count; i++) {
            cx.require(cx.operand(i).element() instanceof QuantizedType.PerTensor, 2,
                    "operand " + i + " must be quantized per tensor");
        }
    }

    /**
     * Constraint 4 of quantized products: x per tensor, w per tensor or per axis of its outputs, with or without
     * multipliers of groups of inputs, i32 bias.
     */
    static void product(OpContext cx, int weightAxis) {
        cx.require(cx.operand(0).element() instanceof QuantizedType.PerTensor, 4, "x must be quantized per tensor");
        ElementType w = cx.operand(1).element();
        cx.require(w instanceof QuantizedType.PerTensor || w instanceof QuantizedType.PerAxis p
                && p.axis() == weightAxis || w instanceof QuantizedType.PerGroup g && g.axis() == weightAxis
                && g.groupAxis() == cx.operand(1).rank() - 1, 4, "w must be quantized per tensor or along axis " + weightAxis);
        cx.require(cx.count() < 3 || cx.operand(2).storage() == ScalarType.I32, 4, "bias must be i32");
    }

    /** Constraint 5: the clamp is an interval inside the result's storage; raw i32 results are never clamped. */
    static void clamp(OpContext cx, Clamp clamp) {
        ScalarType storage = cx.requestedElement().storage();
        cx.require(clamp.min() <= clamp.max() && clamp.min() >= storage.minValue()
                && clamp.max() <= storage.maxValue(), 5, "clamp " + clamp + " does not fit " + storage);
    }

    /** Constraint 1 of products: the result is quantized per tensor, or plain i32 for raw sums. */
    static ElementType productResult(OpContext cx, Clamp clamp) {
        ElementType result = cx.requestedElement();
        cx.require(result instanceof QuantizedType.PerTensor || result == ScalarType.I32, 1,
                "result must be quantized per tensor, or i32 for raw sums");
        clamp(cx, clamp);
        return result;
    }
}
