package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Quantized multiplication under NumPy broadcasting: (q1 - z1) * (q2 - z2) in i32, one requantize with factor s1 * s2 /
 * s_out.
 *
 * <p>C1: the result is quantized per tensor. C2: operands are quantized per tensor. C3: shapes broadcast. C5: the clamp
 * lies inside the storage.
 */
@OpInfo(mnemonic = "q.mul", summary = "quantized multiplication",
        operands = {"a", "b"},
        source = "ONNX QLinearMul; TFLite MUL")
public record QMul(Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        QuantShapes.perTensor(cx, 2);
        Shape out = Shape.broadcast(cx.shape(0), cx.shape(1));
        cx.require(out != null, 3, "shapes " + cx.shape(0) + " and " + cx.shape(1) + " do not broadcast");
        QuantShapes.clamp(cx, clamp);
        return OpContext.result(cx.requestedPerTensor(), out);
    }
}
