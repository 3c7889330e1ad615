package quantwright.ir.op;

import java.util.List;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * What an op sees when it checks itself and infers its results: operand types and, where given, the element types asked
 * of the results. QUANT ops take scale and zero point of a result from there; other ops compute the element themselves.
 */
public record OpContext(String mnemonic, List<TensorType> operands, List<ElementType> requested) {
    /** Copies the lists. */
    public OpContext {
        operands = List.copyOf(operands);
        requested = List.copyOf(requested);
    }

    /** Type of operand {@code i}. */
    public TensorType operand(int i) {
        return operands.get(i);
    }

    /** Shape of operand {@code i}. */
    public Shape shape(int i) {
        return operands.get(i).shape();
    }

    /** Number of operands. */
    public int count() {
        return operands.size();
    }

    /**
     * Fails with the labelled constraint unless {@code holds}. The label is {@code <mnemonic with _>_c<n>}.
     *
     * @throws ConstraintViolation if it does not hold
     */
    public void require(boolean holds, int constraint, String message) {
        if (!holds) {
            throw new ConstraintViolation(mnemonic.replace('.', '_') + "_c" + constraint, message);
        }
    }

    /** Constraint 0 of every op: the number of operands. */
    public void arity(int least, int most) {
        require(count() >= least && count() <= most, 0, "takes " + (least == most ? "" + least : least + " to " + most)
                + " operands, has " + count());
    }

    /** The element asked of result 0; constraint 1 of every QUANT op is that there is one. */
    public ElementType requestedElement() {
        require(!requested.isEmpty(), 1, "needs an explicit result element type");
        return requested.get(0);
    }

    /** The quantized element asked of result 0, per tensor. */
    public QuantizedType.PerTensor requestedPerTensor() {
        require(requestedElement() instanceof QuantizedType.PerTensor, 1, "result must be quantized per tensor");
        return (QuantizedType.PerTensor) requestedElement();
    }

    /** The one result with operand 0's element and the given shape. */
    public List<TensorType> like(Shape shape) {
        return List.of(new TensorType(operand(0).element(), shape));
    }

    /** The one result with the given element and shape. */
    public static List<TensorType> result(ElementType element, Shape shape) {
        return List.of(new TensorType(element, shape));
    }

    /** Normalizes an axis that may count from the end; constraint {@code constraint} is that it lies in the rank. */
    public int axis(int axis, int rank, int constraint) {
        int normal = axis < 0 ? axis + rank : axis;
        require(normal >= 0 && normal < rank, constraint, "axis " + axis + " is outside rank " + rank);
        return normal;
    }
}
