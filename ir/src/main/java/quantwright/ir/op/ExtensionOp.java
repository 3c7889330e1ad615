package quantwright.ir.op;

import java.util.List;
import quantwright.ir.data.Tensor;

/** A vendor's op, from a jar on the plug-in path. It carries its behaviour as methods. */
public non-sealed interface ExtensionOp extends Op {
    /** Evaluates the op as the reference interpreter would. */
    List<Tensor> evaluate(List<Tensor> operands, List<quantwright.ir.type.TensorType> results);

    /** Key under which a cost table lists the op: equal keys cost the same. */
    String costKey();
}
