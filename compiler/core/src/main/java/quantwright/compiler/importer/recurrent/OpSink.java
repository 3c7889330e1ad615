package quantwright.compiler.importer.recurrent;

import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Op;
import quantwright.ir.type.TensorType;

/**
 * The graph under construction as the layers that several formats share see it.
 *
 * @param <V> what stands for a tensor in the importer
 */
public interface OpSink<V> {
    /** Appends an op that determines its own result type. */
    V emit(Op op, List<V> operands);

    /** A tensor known at import. */
    V constant(Tensor tensor);

    /** Type of a value. */
    TensorType type(V value);
}
