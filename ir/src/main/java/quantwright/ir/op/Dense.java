package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Fully connected layer: {@code x} [..., K] by {@code w} [O, K] plus {@code bias} [O]. Sums run over k ascending from the
 * bias with fused multiply-add.
 *
 * <p>C2: operand shapes agree. C4: elements are one type.
 */
@OpInfo(mnemonic = "dense", summary = "fully connected layer",
        operands = {"x", "w", "bias?"},
        source = "ONNX Gemm, MatMul by a constant; TFLite FULLY_CONNECTED")
public record Dense() implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(2, 3);
        Shape out = ConvShapes.dense(cx);
        cx.require(cx.operands().stream().allMatch(o -> o.element().equals(cx.operand(0).element())), 4,
                "operands must share one element type");
        return cx.like(out);
    }
}
