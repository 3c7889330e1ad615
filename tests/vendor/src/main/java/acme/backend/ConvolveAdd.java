package acme.backend;

import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.OpContext;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * A convolution whose results go into an addition without touching memory; defined as the one after the other.
 *
 * @param convolution the convolution
 * @param between type of its results
 * @param add the addition
 * @param first whether the convolution is the addition's first operand
 */
@OpInfo(mnemonic = "acme.convolve_add", summary = "convolution and addition in one pass",
        operands = {"x", "weights", "bias", "other"})
public record ConvolveAdd(QConv2d convolution, TensorType between, QAdd add, boolean first) implements ExtensionOp {
    private static final int OTHER = 3;

    @Override
    public List<TensorType> infer(OpContext cx) {
        cx.arity(OTHER + 1, OTHER + 1);
        Shape shape = between.shape();
        cx.require(cx.shape(OTHER).equals(shape), 1, "the other operand has another shape");
        return List.of(new TensorType(cx.requestedPerTensor(), shape));
    }

    @Override
    public List<Tensor> evaluate(List<Tensor> operands, List<TensorType> results) {
        Tensor convolved = Interpreter.evaluate(convolution, operands.subList(0, OTHER), List.of(between)).getFirst();
        Tensor other = operands.get(OTHER);
        return Interpreter.evaluate(add, first ? List.of(convolved, other) : List.of(other, convolved), results);
    }

    @Override
    public String costKey() {
        return mnemonic() + " " + convolution.window() + " " + between.shape();
    }
}
