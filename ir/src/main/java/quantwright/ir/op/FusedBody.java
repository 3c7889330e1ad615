package quantwright.ir.op;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.type.TensorType;

/** The graph inside a {@link Fused} op; compared by identity. */
public record FusedBody(Graph graph) {
    /** Types of the body's inputs. */
    public List<TensorType> inputTypes() {
        return graph.inputs().stream().map(Value::type).toList();
    }

    /** Types of the body's outputs. */
    public List<TensorType> outputTypes() {
        return graph.outputs().stream().map(Value::type).map(TensorType::canonical).toList();
    }
}
