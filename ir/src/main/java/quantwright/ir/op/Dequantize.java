package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * f32(q - zero) * scale.
 *
 * <p>C2: the operand is quantized.
 */
@OpInfo(mnemonic = "q.dequantize", summary = "quantized to float",
        operands = {"x"},
        source = "ONNX DequantizeLinear; TFLite DEQUANTIZE")
public record Dequantize() implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        cx.require(cx.operand(0).isQuantized(), 2, "operand must be quantized");
        return OpContext.result(cx.operand(0).quantized().expressed(), cx.shape(0));
    }
}
