package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.TensorType;

/**
 * Quantized average over a window; count per position as in {@link AvgPool}.
 *
 * <p>C1: the result is quantized per tensor. C2: rank 4, quantized per tensor. C3: the window fits. C5: the clamp lies
 * inside the storage. C6: TFLite's division keeps scale and zero point.
 */
@OpInfo(mnemonic = "q.avg_pool", summary = "quantized average over a window",
        operands = {"x"},
        source = "ONNX QLinearAveragePool; TFLite AVERAGE_POOL_2D")
public record QAvgPool(Window2d window, boolean countIncludePad, int uncountedBottom, int uncountedRight,
                       AverageRule rule, Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        QuantShapes.clamp(cx, clamp);
        cx.require(rule == AverageRule.SCALED || cx.requestedPerTensor().equals(cx.operand(0).element()), 6,
                "integer division needs equal scale and zero point");
        return OpContext.result(cx.requestedPerTensor(), ConvShapes.positive(cx, window, cx.shape(0)));
    }
}
