package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.TensorType;

/**
 * Softmax of 8-bit elements along {@code axis}; the result has scale 1/256 and the storage's least value as zero point.
 *
 * <p>C1: the result has scale 1/256 and the least zero point. C2: x is quantized per tensor with 8 bits.
 */
@OpInfo(mnemonic = "q.softmax", summary = "quantized softmax",
        operands = {"x"},
        source = "ONNX QLinearSoftmax; TFLite SOFTMAX")
public record QSoftmax(int axis, float beta, SoftmaxRule rule) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        cx.require(cx.operand(0).storage().bits() == 8, 2, "element must have 8 bits");
        cx.axis(axis, cx.shape(0).rank(), 2);
        cx.require(cx.requestedPerTensor().scale() == 1f / 256
                && cx.requestedPerTensor().zeroPoint() == cx.requestedPerTensor().storage().minValue(), 1,
                "result must have scale 1/256 and the least zero point");
        return OpContext.result(cx.requestedPerTensor(), cx.shape(0));
    }
}
