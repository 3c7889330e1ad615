package quantwright.compiler.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.type.TensorType;

/**
 * What a model is made of.
 *
 * @param name the model's name
 * @param level abstraction level of the graph, in lower case
 * @param inputs inputs, in order
 * @param outputs outputs, in order
 * @param nodes every node but constants, in execution order
 * @param operators number of nodes by op mnemonic, sorted
 * @param parameters elements of all constants
 * @param parameterBytes bytes of all constants, shared ones once
 * @param macs multiply-accumulates of one inference, batch included
 */
public record ModelSummary(String name, String level, List<Tensor> inputs, List<Tensor> outputs, List<Row> nodes,
                           Map<String, Integer> operators, long parameters, long parameterBytes, long macs) {
    /** Copies the collections. */
    public ModelSummary {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        nodes = List.copyOf(nodes);
        operators = java.util.Collections.unmodifiableMap(new TreeMap<>(operators));
    }

    /**
     * A tensor.
     *
     * @param name its name
     * @param type element type and shape
     */
    public record Tensor(String name, String type) {
    }

    /**
     * A node.
     *
     * @param name name of its first result
     * @param op mnemonic
     * @param type type of its first result
     * @param parameters elements of its constant operands
     * @param macs multiply-accumulates
     */
    public record Row(String name, String op, String type, long parameters, long macs) {
    }

    /** Summarizes a graph. */
    public static ModelSummary of(Graph graph) {
        List<Tensor> outputs = new ArrayList<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            outputs.add(new Tensor(graph.outputName(i), text(graph.outputs().get(i).type())));
        }
        List<Row> rows = new ArrayList<>();
        Map<String, Integer> operators = new TreeMap<>();
        Map<String, long[]> constants = new TreeMap<>();
        for (Node node : graph) {
            if (node.op() instanceof Constant c) {
                TensorType type = node.result().type();
                constants.put(c.data().hash() + " " + type.storage(), new long[] {type.shape().elementCount(),
                        type.constantBytes()});
                continue;
            }
            operators.merge(node.op().mnemonic(), 1, Integer::sum);
            rows.add(new Row(node.results().getFirst().name(), node.op().mnemonic(),
                    text(node.results().getFirst().type()), parameters(node), macs(node)));
        }
        return new ModelSummary(graph.name(), graph.level().name().toLowerCase(java.util.Locale.ROOT),
                graph.inputs().stream().map(v -> new Tensor(v.name(), text(v.type()))).toList(), outputs, rows,
                operators,
                constants.values().stream().mapToLong(c -> c[0]).sum(),
                constants.values().stream().mapToLong(c -> c[1]).sum(), rows.stream().mapToLong(Row::macs).sum());
    }

    private static String text(TensorType type) {
        return type.element() + " " + type.shape();
    }

    private static long parameters(Node node) {
        return node.operands().stream().filter(v -> v.producer() != null && v.producer().op() instanceof Constant)
                .mapToLong(v -> v.type().shape().elementCount()).sum();
    }

    /** Multiply-accumulates of a node: those of convolutions and matrix products, 0 for everything else. */
    public static long macs(Node node) {
        return switch (node.op()) {
            case Conv2d _, QConv2d _ -> elements(node) * weightsPerOutput(node.operand(1));
            case Dense _, QDense _ -> elements(node) * node.operand(1).type().dim(-1);
            case MatMul _, QMatMul _ -> elements(node) * node.operand(0).type().dim(-1);
            default -> 0;
        };
    }

    private static long elements(Node node) {
        return node.results().getFirst().type().shape().elementCount();
    }

    /** Weights are [O, KH, KW, C/groups]. */
    private static long weightsPerOutput(Value weights) {
        return weights.type().shape().elementCount() / weights.type().dim(0);
    }
}
