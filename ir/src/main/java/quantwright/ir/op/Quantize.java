package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/**
 * Quantizes reals: true f32 division by the scale, round half to even, add the zero point, clamp; NaN gives the zero
 * point.
 *
 * <p>C1: the result is quantized. C2: the operand is float.
 */
@OpInfo(mnemonic = "q.quantize", summary = "float to quantized",
        operands = {"x"},
        source = "ONNX QuantizeLinear; TFLite QUANTIZE")
public record Quantize() implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.requestedElement() instanceof QuantizedType, 1, "result must be quantized");
        cx.require(cx.operand(0).storage().isFloat(), 2, "operand must be float");
        return OpContext.result(cx.requestedElement(), cx.shape(0));
    }
}
