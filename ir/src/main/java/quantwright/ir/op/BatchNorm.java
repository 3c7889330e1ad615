package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Inference batch normalization along {@code axis}: (x - mean) / sqrt(variance + epsilon) * scale + bias, in that order
 * of f32 operations.
 *
 * <p>C2: the axis lies in the rank. C3: parameters have the axis length.
 */
@OpInfo(mnemonic = "batch_norm", summary = "inference batch normalization",
        operands = {"x", "scale", "bias", "mean", "variance"},
        source = "ONNX BatchNormalization")
public record BatchNorm(int axis, float epsilon) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(5, 5);
        int channels = cx.shape(0).dim(cx.axis(axis, cx.shape(0).rank(), 2));
        for (int i = 1; i < 5; i++) {
            cx.require(cx.shape(i).equals(Shape.of(channels)), 3, "parameter " + i + " must have shape " + channels);
        }
        return cx.like(cx.shape(0));
    }
}
