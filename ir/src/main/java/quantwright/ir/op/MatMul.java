package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Matrix product of [..., M, K] by [..., K, N] ([..., N, K] when transposed); batch axes broadcast. Sums run over k
 * ascending from 0 with fused multiply-add.
 *
 * <p>C2: operand shapes agree. C4: elements are one type.
 */
@OpInfo(mnemonic = "matmul", summary = "batched matrix product",
        operands = {"a", "b"},
        source = "ONNX MatMul; TFLite BATCH_MATMUL")
public record MatMul(boolean transposeB) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 2);
        Shape out = ConvShapes.matmul(cx, transposeB);
        cx.require(cx.operands().stream().allMatch(o -> o.element().equals(cx.operand(0).element())), 4,
                "operands must share one element type");
        return cx.like(out);
    }
}
