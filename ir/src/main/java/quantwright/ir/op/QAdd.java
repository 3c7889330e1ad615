package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Quantized addition (subtraction) under NumPy broadcasting. {@code F32}: f32(q1 - z1) * m1 + f32(q2 - z2) * m2 with
 * m = s / s_out, no FMA, one rounding. {@code Fixed}: TFLite's ADD, both terms shifted left by 20 bits and scaled to twice
 * the larger input scale before the sum is requantized.
 *
 * <p>C1: the result is quantized per tensor. C2: operands are quantized per tensor. C3: shapes broadcast. C5: the clamp
 * lies inside the storage.
 */
@OpInfo(mnemonic = "q.add", summary = "quantized addition",
        operands = {"a", "b"},
        source = "ONNX QLinearAdd; TFLite ADD, SUB")
public record QAdd(boolean subtract, Rounding rounding, Clamp clamp) implements QuantOp {
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
