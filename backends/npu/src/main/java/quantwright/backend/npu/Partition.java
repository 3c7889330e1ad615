package quantwright.backend.npu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.npu.lower.Lowering;
import quantwright.backend.npu.lower.Support;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Constant;
import quantwright.ir.op.QReinterpret;

/**
 * Which nodes of a graph the NPU executes, in as few programs as the order allows, and which the host does. A node that
 * only renames bytes goes with the node before it if the NPU needs its result, else to the host.
 */
final class Partition {
    private static final String RENAMES = "renames bytes for the host";
    private final Graph graph;
    private final Map<Node, String> refused;
    private final Map<Node, String> reasons = new LinkedHashMap<>();
    private final Map<Node, Integer> levels = new HashMap<>();
    private final Set<Node> onNpu = new HashSet<>();
    private final List<Part> parts = new ArrayList<>();

    /**
     * What one program computes.
     *
     * @param nodes in execution order
     * @param inputs values it reads from outside
     * @param outputs values that are read outside
     */
    record Part(List<Node> nodes, List<Value> inputs, List<Value> outputs) {
        Part {
            nodes = List.copyOf(nodes);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * Divides a graph.
     *
     * @param refused nodes that the machine has an instruction but no room for, with the reason
     */
    Partition(Graph graph, Support support, Map<Node, String> refused) {
        this.graph = graph;
        this.refused = refused;
        for (Node node : graph) {
            if (!(node.op() instanceof Constant)) {
                side(node, support);
            }
        }
        for (Node node : graph.nodes().reversed()) {
            // A renaming that no NPU node needs is the host's.
            if (onNpu.contains(node) && isRenaming(node)
                    && node.result().users().stream().noneMatch(onNpu::contains)) {
                onNpu.remove(node);
                reasons.put(node, RENAMES);
            }
        }
        for (Node node : graph) {
            if (!(node.op() instanceof Constant)) {
                level(node);
            }
        }
        TreeMap<Integer, List<Node>> byLevel = new TreeMap<>();
        for (Node node : graph) {
            if (onNpu.contains(node)) {
                byLevel.computeIfAbsent(levels.get(node), k -> new ArrayList<>()).add(node);
            }
        }
        byLevel.values().forEach(nodes -> parts.add(part(nodes)));
    }

    private void side(Node node, Support support) {
        if (refused.containsKey(node)) {
            reasons.put(node, refused.get(node));
            return;
        }
        if (isRenaming(node) && !isOnNpu(node.operand(0))) {
            reasons.put(node, RENAMES);
            return;
        }
        if (Lowering.isAlias(node)) {
            onNpu.add(node);
            return;
        }
        support.reason(node).ifPresentOrElse(reason -> reasons.put(node, reason), () -> onNpu.add(node));
    }

    private static boolean isRenaming(Node node) {
        return Lowering.isAlias(node) || node.op() instanceof QReinterpret;
    }

    /** The host has even levels, the NPU odd ones. */
    private void level(Node node) {
        int level = 0;
        for (Value v : node.operands()) {
            level = Math.max(level, v.isInput() ? 0 : levels.getOrDefault(v.producer(), 0));
        }
        int parity = onNpu.contains(node) ? 1 : 0;
        levels.put(node, level % 2 == parity ? level : level + 1);
    }

    private Part part(List<Node> nodes) {
        Set<Node> own = new HashSet<>(nodes);
        Set<Value> inputs = new LinkedHashSet<>();
        Set<Value> outputs = new LinkedHashSet<>();
        for (Node node : nodes) {
            for (Value v : node.operands()) {
                boolean constant = !v.isInput() && v.producer().op() instanceof Constant;
                if (!constant && (v.isInput() || !own.contains(v.producer()))) {
                    inputs.add(v);
                }
            }
            for (Value v : node.results()) {
                if (graph.isOutput(v) || v.users().stream().anyMatch(u -> !own.contains(u))) {
                    Value origin = v;
                    while (!origin.isInput() && own.contains(origin.producer()) && Lowering.isAlias(origin.producer())) {
                        origin = origin.producer().operand(0);
                    }
                    if (!origin.isInput() && own.contains(origin.producer())) {
                        outputs.add(origin);
                    }
                }
            }
        }
        return new Part(nodes, List.copyOf(inputs), List.copyOf(outputs));
    }

    private boolean isOnNpu(Value value) {
        return !value.isInput() && onNpu.contains(value.producer());
    }

    /** What the NPU executes, in order. */
    List<Part> parts() {
        return parts;
    }

    /** Nodes that the host executes, with the reason. */
    Map<Node, String> host() {
        return reasons;
    }
}
