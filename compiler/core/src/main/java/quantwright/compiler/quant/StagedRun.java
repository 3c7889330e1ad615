package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;

/**
 * Runs a graph over several samples in stages, each up to one value. What is computed stays until nothing needs it any more,
 * so that all stages together run each node once; constants of nodes that have not run yet may be replaced between stages.
 */
final class StagedRun {
    private final Graph graph;
    private final Function<Graph, Executor> executors;
    private final Map<Value, Tensor[]> known = new HashMap<>();
    private final Set<Node> done = new HashSet<>();
    private final int samples;

    /**
     * A run in which nothing has run.
     *
     * @param executors makes an executor of a graph
     * @param inputs of each sample
     */
    StagedRun(Graph graph, Function<Graph, Executor> executors, List<List<Tensor>> inputs) {
        this.graph = graph;
        this.executors = executors;
        this.samples = inputs.size();
        for (int i = 0; i < graph.inputs().size(); i++) {
            int input = i;
            known.put(graph.inputs().get(i), inputs.stream().map(s -> s.get(input)).toArray(Tensor[]::new));
        }
    }

    /** The value on each sample; runs whatever that takes. */
    Tensor[] value(Value wanted) {
        if (!known.containsKey(wanted)) {
            run(slice(wanted), wanted);
        }
        return known.get(wanted);
    }

    /** Nodes that have not run and that a value needs, in execution order, constants included. */
    private List<Node> slice(Value wanted) {
        Set<Node> needed = new HashSet<>();
        List<Value> open = new ArrayList<>(List.of(wanted));
        while (!open.isEmpty()) {
            Value v = open.removeLast();
            if (!known.containsKey(v) && needed.add(v.producer())) {
                open.addAll(v.producer().operands());
            }
        }
        return graph.nodes().stream().filter(needed::contains).toList();
    }

    private void run(List<Node> nodes, Value wanted) {
        Graph part = new Graph(graph.name(), graph.level());
        Map<Value, Value> copies = new HashMap<>();
        List<Value> inputs = new ArrayList<>();
        Set<Node> inside = new HashSet<>(nodes);
        for (Node node : nodes) {
            for (Value v : node.operands()) {
                if (!copies.containsKey(v)) {
                    copies.put(v, part.addInput(v.name(), v.type()));
                    inputs.add(v);
                }
            }
            Node copy = part.insertTyped(null, node.op(), node.operands().stream().map(copies::get).toList(),
                    node.results().stream().map(Value::type).toList(), node.location());
            for (int i = 0; i < node.results().size(); i++) {
                copy.results().get(i).setName(node.results().get(i).name());
                copies.put(node.results().get(i), copy.results().get(i));
            }
        }
        nodes.stream().filter(n -> !isConstant(n)).forEach(done::add);
        List<Value> outputs = new ArrayList<>();
        for (Node node : nodes) {
            for (Value v : node.results()) {
                if (!isConstant(node) && (v == wanted || !v.users().stream().allMatch(inside::contains))) {
                    part.addOutput(v.name().isEmpty() ? "v" + outputs.size() : v.name(), copies.get(v));
                    outputs.add(v);
                }
            }
        }
        execute(part, inputs, outputs);
        known.keySet().removeIf(v -> v != wanted && v.users().stream().allMatch(done::contains));
    }

    private static boolean isConstant(Node node) {
        return OpRoles.of(node) == OpRoles.CONSTANT;
    }

    private void execute(Graph part, List<Value> inputs, List<Value> outputs) {
        outputs.forEach(v -> known.put(v, new Tensor[samples]));
        try (Executor executor = executors.apply(part)) {
            for (int s = 0; s < samples; s++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new java.util.concurrent.CancellationException("quantization was cancelled");
                }
                int sample = s;
                List<Tensor> results = executor.run(inputs.stream().map(v -> known.get(v)[sample]).toList());
                for (int i = 0; i < outputs.size(); i++) {
                    known.get(outputs.get(i))[s] = results.get(i);
                }
            }
        }
    }
}
