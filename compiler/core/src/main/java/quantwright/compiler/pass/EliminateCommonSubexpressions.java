package quantwright.compiler.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Op;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.TensorType;

/**
 * Computes equal expressions once: a node whose op, operands and result types equal those of an earlier node gives way
 * to it. Constants are equal if type and content are. // f(x), f(x) -> f(x)
 */
public final class EliminateCommonSubexpressions implements Pass {
    /** What makes two nodes compute the same; values compare by identity. */
    private record Key(Op op, List<Value> operands, List<TensorType> types) {
    }

    /** The pass. */
    public EliminateCommonSubexpressions() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("eliminate-common-subexpressions", "computes equal expressions once", Level.QUANT);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        Map<Key, Node> seen = new HashMap<>();
        boolean changed = false;
        for (Node node : graph) {
            List<TensorType> types = node.results().stream().map(Value::type).toList();
            Node earlier = seen.putIfAbsent(new Key(node.op(), List.copyOf(node.operands()), types), node);
            if (earlier != null) {
                for (int i = 0; i < node.results().size(); i++) {
                    graph.replaceAllUses(node.results().get(i), earlier.results().get(i));
                }
                graph.erase(node);
                context.hit("common-subexpression");
                changed = true;
            }
        }
        return changed;
    }
}
