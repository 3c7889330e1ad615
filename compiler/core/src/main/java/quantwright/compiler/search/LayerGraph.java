package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.quant.GraphQuantizer;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;

/**
 * The layers of a normalized float graph whose precision can be chosen: convolutions and dense layers by constants. Every
 * other node follows one of them, the last that one of its operands follows, and takes its activations' kind; what
 * follows none goes with the first layer.
 */
public final class LayerGraph {
    /**
     * A layer.
     *
     * @param node its node
     * @param name name of its result, by which plans know it
     * @param parameters elements of its weights
     * @param macs multiply-accumulates of one inference
     */
    public record Layer(Node node, String name, long parameters, long macs) {
    }

    /**
     * A value that one layer's followers make and another's read.
     *
     * @param first index of the layer that makes it
     * @param second index of the layer that reads it
     * @param value its name
     * @param elements its size
     */
    public record Edge(int first, int second, String value, long elements) {
    }

    private final Graph graph;
    private final List<Layer> layers = new ArrayList<>();
    private final Map<Node, Integer> owners = new HashMap<>();
    private final Map<String, Node> byName = new HashMap<>();
    private final Map<String, Integer> layerByQuantName = new HashMap<>();

    private LayerGraph(Graph graph) {
        this.graph = graph;
    }

    /** The layers of a graph whose values all have names. */
    public static LayerGraph of(Graph graph) {
        LayerGraph layers = new LayerGraph(graph);
        for (Node node : graph) {
            layers.add(node);
        }
        return layers;
    }

    private void add(Node node) {
        if (node.op() instanceof Constant) {
            return;
        }
        node.results().forEach(v -> byName.put(v.name(), node));
        if (isLayer(node)) {
            owners.put(node, layers.size());
            String name = node.result().name();
            layerByQuantName.put(name, layers.size());
            layerByQuantName.put(name + GraphQuantizer.SUMS, layers.size());
            if (node.result().users().size() == 1 && isClamp(node.result().users().getFirst())) {
                layerByQuantName.put(node.result().users().getFirst().result().name(), layers.size());
            }
            layers.add(new Layer(node, name, node.operand(1).type().shape().elementCount(), ModelSummary.macs(node)));
            return;
        }
        int owner = -1;
        for (Value v : node.operands()) {
            if (!v.isInput() && owners.containsKey(v.producer())) {
                owner = Math.max(owner, owners.get(v.producer()));
            }
        }
        owners.put(node, owner);
    }

    private static boolean isLayer(Node node) {
        return (node.op() instanceof Conv2d || node.op() instanceof Dense) && isConstant(node.operand(1))
                && !isConstant(node.operand(0)) && (node.operands().size() < 3 || isConstant(node.operand(2)));
    }

    private static boolean isConstant(Value value) {
        return !value.isInput() && value.producer().op() instanceof Constant;
    }

    private static boolean isClamp(Node node) {
        return node.op() instanceof Clip || node.op() instanceof Unary u && u.kind() == UnaryKind.RELU;
    }

    /** The graph. */
    public Graph graph() {
        return graph;
    }

    /** The layers, in execution order. */
    public List<Layer> layers() {
        return List.copyOf(layers);
    }

    /** Index of the layer a node follows, or is. */
    public int owner(Node node) {
        return Math.max(0, owners.get(node));
    }

    /** Nodes that follow a layer, in execution order, the layer itself left out. */
    public List<Node> followers(int layer) {
        List<Node> all = new ArrayList<>();
        for (Node node : graph) {
            if (owners.containsKey(node) && owner(node) == layer && layers.get(layer).node() != node) {
                all.add(node);
            }
        }
        return all;
    }

    /** Values that cross from one layer to another, once for each pair. */
    public List<Edge> edges() {
        Map<String, Edge> edges = new LinkedHashMap<>();
        for (Node node : graph) {
            if (!owners.containsKey(node)) {
                continue;
            }
            int reader = owner(node);
            for (Value v : node.operands()) {
                if (!v.isInput() && owners.containsKey(v.producer()) && owner(v.producer()) != reader) {
                    int maker = owner(v.producer());
                    edges.putIfAbsent(v.name() + " " + reader, new Edge(maker, reader, v.name(),
                            v.type().shape().elementCount()));
                }
            }
        }
        return List.copyOf(edges.values());
    }

    /** Sets of layers that share their weights, which therefore have one precision. */
    public List<List<Integer>> ties() {
        Map<Value, List<Integer>> byWeights = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            byWeights.computeIfAbsent(layers.get(i).node().operand(1), _ -> new ArrayList<>()).add(i);
        }
        return byWeights.values().stream().filter(t -> t.size() > 1).map(List::copyOf).toList();
    }

    /**
     * Who owns each step of a compiled form of this graph, float or quantized.
     *
     * @param compiled the graph that was compiled
     * @param steps names of the values its steps compute
     * @return for each step, the share of each layer in it; shares sum to 1
     */
    List<Map<Integer, Double>> ownersOfSteps(Graph compiled, List<String> steps) {
        Map<String, Value> values = new HashMap<>();
        for (Node node : compiled) {
            node.results().forEach(v -> values.put(v.name(), v));
        }
        List<Map<Integer, Double>> shares = new ArrayList<>();
        for (String step : steps) {
            Map<Integer, Long> macs = new LinkedHashMap<>();
            collectLayers(values.get(step), steps, macs, true);
            long sum = macs.values().stream().mapToLong(Long::longValue).sum();
            Map<Integer, Double> share = new LinkedHashMap<>();
            macs.forEach((layer, m) -> share.put(layer, (double) m / sum));
            shares.add(share.isEmpty() ? Map.of(ownerOfName(step), 1.0) : share);
        }
        return shares;
    }

    /** Index of the layer that a node of a form of this graph, float or quantized, computes; -1 if it is none. */
    int layerOf(Node node) {
        boolean product = node.op() instanceof QConv2d || node.op() instanceof QDense || isLayer(node);
        return product ? layerByQuantName.getOrDefault(node.result().name(), -1) : -1;
    }

    /** Finds the layers among the nodes that one step computes: those back to what other steps compute. */
    private void collectLayers(Value value, List<String> steps, Map<Integer, Long> macs, boolean last) {
        if (value == null || value.isInput() || value.producer().op() instanceof Constant
                || !last && steps.contains(value.name())) {
            return;
        }
        Node node = value.producer();
        int layer = layerOf(node);
        if (layer >= 0) {
            macs.merge(layer, Math.max(1, ModelSummary.macs(node)), Long::sum);
        }
        node.operands().forEach(v -> collectLayers(v, steps, macs, false));
    }

    private int ownerOfName(String name) {
        Node node = byName.get(floatName(name));
        return node == null ? 0 : owner(node);
    }

    /** The float value that a value of the quantized graph stands for: conversions add a suffix. */
    private String floatName(String name) {
        int dot = name.lastIndexOf('.');
        return byName.containsKey(name) || dot < 0 ? name : name.substring(0, dot);
    }
}
