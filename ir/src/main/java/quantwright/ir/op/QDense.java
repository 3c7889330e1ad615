package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Quantized fully connected layer: {@code x} [..., K] by {@code w} [O, K], arithmetic as {@link QConv2d}.
 *
 * <p>C1: the result is quantized per tensor or i32. C2: shapes agree. C4: elements fit. C5: the clamp lies inside the
 * storage.
 */
@OpInfo(mnemonic = "q.dense", summary = "quantized fully connected layer",
        operands = {"x", "w", "bias?"},
        source = "TFLite FULLY_CONNECTED")
public record QDense(Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 3);
        Shape out = ConvShapes.dense(cx);
        QuantShapes.product(cx, 0);
        return OpContext.result(QuantShapes.productResult(cx, clamp), out);
    }
}
