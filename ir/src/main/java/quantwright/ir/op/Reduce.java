package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.Ints;
import quantwright.ir.type.TensorType;

/**
 * Reduction over {@code axes}. A float sum or mean takes the reduced elements in row-major order into 16 interleaved
 * partial sums, then a fixed binary tree; a mean divides by the count ({@code quantwright.ir.arith.FloatReduce},
 * maxima and minima too). A float product goes in row-major order. Integers wrap, their mean is truncated.
 *
 * <p>C2: axes lie in the rank and are distinct.
 */
@OpInfo(mnemonic = "reduce", summary = "reduction over axes",
        operands = {"x"},
        source = "ONNX ReduceMean, ReduceSum, ReduceMax, ..., GlobalAveragePool; TFLite MEAN, SUM, ...")
public record Reduce(ReduceKind kind, Ints axes, boolean keepDims) implements TensorOp {
    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(1, 1);
        return cx.like(ReduceShapes.reduce(cx, axes, keepDims));
    }
}
