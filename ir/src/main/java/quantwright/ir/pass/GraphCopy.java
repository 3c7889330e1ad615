package quantwright.ir.pass;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Fused;
import quantwright.ir.op.FusedBody;
import quantwright.ir.op.Op;

/** Copies graphs; ops and constants, which do not change, are shared. */
public final class GraphCopy {
    private GraphCopy() {
    }

    /** A copy with nodes and values of its own, in fused regions too. */
    public static Graph of(Graph graph) {
        return of(graph, node -> node.op() instanceof Fused fused ? new Fused(new FusedBody(of(fused.body().graph())))
                : node.op());
    }

    /** A copy in which each node has the op that {@code ops} gives for the original; result types stay. */
    public static Graph of(Graph graph, Function<Node, Op> ops) {
        Graph copy = new Graph(graph.name(), graph.level());
        Map<Value, Value> values = new IdentityHashMap<>();
        graph.inputs().forEach(v -> values.put(v, copy.addInput(v.name(), v.type())));
        for (Node node : graph) {
            List<Value> operands = node.operands().stream().map(v -> values.getOrDefault(v, v)).toList();
            Node made = copy.insertTyped(null, ops.apply(node), operands, node.results().stream().map(Value::type).toList(),
                    node.location());
            for (int i = 0; i < node.results().size(); i++) {
                made.results().get(i).setName(node.results().get(i).name());
                values.put(node.results().get(i), made.results().get(i));
            }
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            Value output = graph.outputs().get(i);
            copy.addOutput(graph.outputName(i), values.getOrDefault(output, output));
        }
        return copy;
    }
}
