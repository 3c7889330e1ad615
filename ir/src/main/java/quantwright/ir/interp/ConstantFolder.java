package quantwright.ir.interp;

import java.util.List;
import java.util.Optional;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.TensorType;

/**
 * Evaluates ops on constants at compile time. A result is refused if it takes much more memory than what it is made
 * of: a broadcast of a scalar to a large tensor is better kept as the op.
 */
public final class ConstantFolder {
    /** Results of at most this many bytes are always folded. */
    public static final long SMALL_BYTES = 64 * 1024;

    /** Larger results are folded if they take at most this many times the bytes of the operands. */
    public static final long GROWTH = 4;

    private ConstantFolder() {
    }

    /**
     * Folds an op that infers its own result element.
     *
     * @return the result; empty if the op has not exactly one, if that is too large, or if the op cannot be evaluated
     *     on this data (an index out of range, say), which is then left for the run to report
     * @throws quantwright.ir.op.ConstraintViolation if the op rejects the operands
     */
    public static Optional<ConstantData> fold(Op op, List<ConstantData> operands) {
        return fold(op, operands, List.of());
    }

    /** Folds an op whose result elements are {@code requested}; otherwise as the other. */
    public static Optional<ConstantData> fold(Op op, List<ConstantData> operands, List<ElementType> requested) {
        if (op instanceof Constant c) {
            return Optional.of(c.data());
        }
        List<TensorType> results = op.infer(new OpContext(op.mnemonic(),
                operands.stream().map(ConstantData::type).map(TensorType::canonical).toList(), requested));
        if (results.size() != 1 || !fits(results.get(0), operands)) {
            return Optional.empty();
        }
        try {
            List<Tensor> tensors = operands.stream().map(ConstantData::toTensor).toList();
            return Optional.of(ConstantData.of(Interpreter.evaluate(op, tensors, results).get(0)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean fits(TensorType result, List<ConstantData> operands) {
        long bytes = operands.stream().mapToLong(o -> o.bytes().byteSize()).sum();
        return result.packedBytes() <= Math.max(SMALL_BYTES, GROWTH * bytes);
    }
}
