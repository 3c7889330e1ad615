package quantwright.ir.op;

import java.util.List;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Quantized matrix product, shapes as {@link MatMul}, arithmetic as {@link QConv2d} without bias. {@code a} may be
 * quantized per axis of its rows, {@code b} per axis of its columns.
 *
 * <p>C1: the result is quantized per tensor or i32. C2: shapes agree. C4: operands are quantized. C5: the clamp lies
 * inside the storage.
 */
@OpInfo(mnemonic = "q.matmul", summary = "quantized batched matrix product",
        operands = {"a", "b"},
        source = "ONNX QLinearMatMul, MatMulInteger; TFLite BATCH_MATMUL")
public record QMatMul(boolean transposeB, Rounding rounding, Clamp clamp) implements QuantOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        Shape out = ConvShapes.matmul(cx, transposeB);
        cx.require(cx.operand(0).isQuantized() && cx.operand(1).isQuantized(), 4, "operands must be quantized");
        return OpContext.result(QuantShapes.productResult(cx, clamp), out);
    }
}
