package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Joins operands along {@code axis}, each requantized to the result's parameters (copied when equal).
 *
 * <p>C1: the result is quantized per tensor. C2: shapes agree but for the axis; operands are quantized per tensor.
 */
@OpInfo(mnemonic = "q.concat", summary = "joins quantized operands",
        operands = {"x..."},
        source = "ONNX QLinearConcat; TFLite CONCATENATION")
public record QConcat(int axis, Rounding rounding) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, Integer.MAX_VALUE);
        Shape out = ConcatShapes.concat(cx, axis);
        QuantShapes.perTensor(cx, cx.count());
        return OpContext.result(cx.requestedPerTensor(), out);
    }
}
