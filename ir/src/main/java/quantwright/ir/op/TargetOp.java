package quantwright.ir.op;

import java.util.List;
import quantwright.ir.data.Tensor;

/** An op that only one backend knows, such as a call of a selected kernel. It carries its behaviour as methods. */
public non-sealed interface TargetOp extends Op {
    /** Evaluates the op as the reference interpreter would. */
    List<Tensor> evaluate(List<Tensor> operands, List<quantwright.ir.type.TensorType> results);

    /** Key under which a cost table lists the op: equal keys cost the same. */
    String costKey();
}
