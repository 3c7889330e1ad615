package quantwright.ir.interp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.ConstraintViolation;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.Fused;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Relayout;
import quantwright.ir.op.TargetOp;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.TileOp;
import quantwright.ir.type.TensorType;

/**
 * The reference semantics: runs a graph of any level node by node, in plain loops. What it gives is, by definition,
 * what every backend has to give, bit for bit. Reentrant and without state.
 */
public final class Interpreter {
    private Interpreter() {
    }

    /**
     * Runs a graph. Tensors are dropped after their last use, so that memory stays that of the live values.
     *
     * @param inputs one tensor for each graph input, of exactly its element and shape
     * @param listener sees each value with its tensor, inputs and constants included, in execution order; may be null.
     *     The body of a fused op is not shown
     * @return one tensor for each graph output
     * @throws IllegalArgumentException if the inputs do not fit the graph, or the data an op: an index out of range, an
     *     integer division by zero
     */
    public static List<Tensor> run(Graph graph, List<Tensor> inputs, TraceListener listener) {
        checkInputs(graph, inputs);
        Map<Value, Integer> uses = countUses(graph);
        Map<Value, Tensor> live = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            bind(graph.inputs().get(i), inputs.get(i), uses, live, listener);
        }
        for (Node node : graph) {
            List<Tensor> operands = new ArrayList<>(node.operands().size());
            for (Value operand : node.operands()) {
                operands.add(live.get(operand));
            }
            List<Tensor> results = evaluateAt(node, operands);
            for (Value operand : node.operands()) {
                if (uses.merge(operand, -1, Integer::sum) == 0) {
                    live.remove(operand);
                }
            }
            for (int i = 0; i < results.size(); i++) {
                bind(node.results().get(i), results.get(i), uses, live, listener);
            }
        }
        return graph.outputs().stream().map(live::get).toList();
    }

    private static void checkInputs(Graph graph, List<Tensor> inputs) {
        if (inputs.size() != graph.inputs().size()) {
            throw new IllegalArgumentException(inputs.size() + " inputs given to " + graph.name() + ", which takes "
                    + graph.inputs().size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            TensorType expected = graph.inputs().get(i).type().canonical();
            if (!inputs.get(i).type().equals(expected)) {
                throw new IllegalArgumentException("input " + i + " \"" + graph.inputs().get(i).name() + "\" is "
                        + text(expected) + ", not " + text(inputs.get(i).type()));
            }
        }
    }

    private static Map<Value, Integer> countUses(Graph graph) {
        Map<Value, Integer> uses = new HashMap<>();
        for (Node node : graph) {
            node.operands().forEach(v -> uses.merge(v, 1, Integer::sum));
        }
        graph.outputs().forEach(v -> uses.merge(v, 1, Integer::sum));
        return uses;
    }

    private static void bind(Value value, Tensor tensor, Map<Value, Integer> uses, Map<Value, Tensor> live,
                             TraceListener listener) {
        if (listener != null) {
            listener.computed(value, tensor);
        }
        if (uses.containsKey(value)) {
            live.put(value, tensor);
        }
    }

    private static List<Tensor> evaluateAt(Node node, List<Tensor> operands) {
        try {
            return evaluate(node.op(), operands, node.results().stream().map(Value::type).toList());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    node.location() + ": " + node.op().mnemonic() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Evaluates one op.
     *
     * @param results types of the results; quantized ops take scale and zero point from there, layouts play no part
     * @return fresh tensors, or operands passed through where nothing changes; callers change neither
     * @throws IllegalArgumentException if operands, results and attributes break a constraint of the op, or the data
     *     does not fit it, or the op has no arithmetic in the given element type
     */
    public static List<Tensor> evaluate(Op op, List<Tensor> operands, List<TensorType> results) {
        List<TensorType> types = results.stream().map(TensorType::canonical).toList();
        check(op, operands, types);
        return switch (op) {
            case TensorOp t -> List.of(TensorEvaluator.evaluate(t, operands, types.get(0)));
            case QuantOp q -> List.of(QuantEvaluator.evaluate(q, operands, types.get(0)));
            case TileOp t -> evaluateTile(t, operands);
            case TargetOp t -> t.evaluate(operands, types);
            case ExtensionOp e -> e.evaluate(operands, types);
        };
    }

    private static void check(Op op, List<Tensor> operands, List<TensorType> results) {
        List<TensorType> inferred;
        try {
            inferred = op.infer(new OpContext(op.mnemonic(), operands.stream().map(Tensor::type).toList(),
                    results.stream().map(TensorType::element).toList()));
        } catch (ConstraintViolation e) {
            throw new IllegalArgumentException(e.label() + ": " + e.getMessage(), e);
        }
        if (!inferred.stream().map(TensorType::canonical).toList().equals(results)) {
            throw new IllegalArgumentException("gives " + inferred.stream().map(Interpreter::text).toList() + ", not "
                    + results.stream().map(Interpreter::text).toList());
        }
    }

    private static List<Tensor> evaluateTile(TileOp op, List<Tensor> operands) {
        return switch (op) {
            case Relayout _ -> List.of(operands.get(0));
            case Fused f -> run(f.body().graph(), operands, null);
        };
    }

    private static String text(TensorType type) {
        return type.element() + " " + type.shape();
    }
}
