package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.TensorType;

/**
 * (q - zero) requantized from the operand's to the result's parameters by {@code rounding}.
 *
 * <p>C1: the result is quantized per tensor. C2: the operand is quantized per tensor.
 */
@OpInfo(mnemonic = "q.requantize", summary = "quantized to other parameters",
        operands = {"x"},
        source = "TFLite QUANTIZE of a quantized tensor")
public record Requantize(Rounding rounding) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        return OpContext.result(cx.requestedPerTensor(), cx.shape(0));
    }
}
