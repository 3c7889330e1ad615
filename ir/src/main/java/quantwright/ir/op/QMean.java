package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Ints;
import quantwright.ir.type.TensorType;

/**
 * Quantized mean over {@code axes}.
 *
 * <p>C1: the result is quantized per tensor. C2: axes lie in the rank; quantized per tensor. C5: the clamp lies inside the
 * storage.
 */
@OpInfo(mnemonic = "q.mean", summary = "quantized mean over axes",
        operands = {"x"},
        source = "ONNX QLinearGlobalAveragePool; TFLite MEAN")
public record QMean(Ints axes, boolean keepDims, AverageRule rule, Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        QuantShapes.perTensor(cx, 1);
        QuantShapes.clamp(cx, clamp);
        return OpContext.result(cx.requestedPerTensor(), ReduceShapes.reduce(cx, axes, keepDims));
    }
}
