package quantwright.compiler.quant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/**
 * Decides, for a normalized float graph, which nodes become integer ops, which clamps disappear into their producers, and
 * the storage, scale and zero point of every activation. Values that an op keeps equal in scale share one group, whose
 * range is the union of its members' ranges.
 */
final class QuantizationPlan {
    /** What every 8-bit softmax gives. */
    static final QuantizedType.PerTensor SOFTMAX_TYPE = QuantizedType.perTensor(ScalarType.I8, 1f / 256, -128);
    /** Below this greatest probability a step of 1/256 wastes more than one of the 8 bits. */
    private static final double LEAST_PROBABILITY = 0.5;
    private static final int LOWEST = -128;
    private static final int STEPS = 255;
    private final Map<Node, OpRoles> roles = new HashMap<>();
    private final Map<Node, Node> absorbedClamp = new HashMap<>();
    private final Set<Node> absorbed = new HashSet<>();
    private final Set<Node> rawResult = new HashSet<>();
    private final Map<Value, QuantizedType.PerTensor> types = new HashMap<>();
    private final Set<Value> wide = new HashSet<>();
    private final ParameterGroups groups = new ParameterGroups();
    private final Graph graph;

    private QuantizationPlan(Graph graph) {
        this.graph = graph;
    }

    /**
     * Plans a graph.
     *
     * @param ranges range of each value of 8 bits, by name
     * @param extremes range of each value of 16 bits, by name
     */
    static QuantizationPlan of(Graph graph, Map<String, ValueRange> ranges, Map<String, ValueRange> extremes,
            QuantizationOptions options) {
        QuantizationPlan plan = new QuantizationPlan(graph);
        plan.assignRoles(options);
        plan.keepFloatSoftmax(extremes, options);
        plan.absorbClamps();
        plan.joinGroups();
        plan.widen(options);
        plan.findRawResults();
        plan.chooseParameters(ranges, extremes, options);
        return plan;
    }

    /** What happens to a node. */
    OpRoles role(Node node) {
        return roles.get(node);
    }

    /** Whether the node is a clamp that its producer performs. */
    boolean isAbsorbed(Node node) {
        return absorbed.contains(node);
    }

    /** The clamp that the node performs too, or null. */
    Node clampOf(Node node) {
        return absorbedClamp.get(node);
    }

    /** Whether a product's i32 sums are dequantized directly, because nothing integer follows. */
    boolean isRaw(Node product) {
        return rawResult.contains(product);
    }

    /** Scale and zero point of a value. */
    QuantizedType.PerTensor type(Value value) {
        return types.get(groups.find(value));
    }

    private void assignRoles(QuantizationOptions options) {
        for (Node node : graph) {
            OpRoles role = OpRoles.of(node);
            // What only moves elements has the precision of what it moves.
            boolean real = options.skip().skips(node) || role != OpRoles.MOVE
                    && options.precision().of(node) instanceof LayerPrecision.Real;
            roles.put(node, role != OpRoles.CONSTANT && real ? OpRoles.FLOAT : role);
        }
    }

    /**
     * A softmax stays float where zero points must be 0 and, unless the options ask for it, where nothing integer reads
     * it or its probabilities are so small that a step of 1/256 is too coarse.
     */
    private void keepFloatSoftmax(Map<String, ValueRange> extremes, QuantizationOptions options) {
        for (Node node : graph.nodes().reversed()) {
            if (roles.get(node) == OpRoles.SOFTMAX) {
                ValueRange range = extremes.get(node.result().name());
                boolean fits = range != null && range.high() >= LEAST_PROBABILITY && isReadAsInteger(node.result());
                if (options.symmetricActivations() || !options.outputSoftmax() && !fits) {
                    roles.put(node, OpRoles.FLOAT);
                }
            }
        }
    }

    private boolean isReadAsInteger(Value value) {
        return value.users().stream().anyMatch(u -> switch (roles.get(u)) {
            case PRODUCT, ELEMENTWISE, AVERAGE, TABLE, SOFTMAX, JOIN -> true;
            case MOVE, CLAMP -> isReadAsInteger(u.result());
            case CONSTANT, FLOAT -> false;
        });
    }

    /** Finds the groups of 16 bits: those that a node reads which asks for it. A table has 8 bits on both sides. */
    private void widen(QuantizationOptions options) {
        for (Node node : graph) {
            if (roles.get(node) != OpRoles.FLOAT && options.precision().of(node) instanceof LayerPrecision.Integer i
                    && i.activations() == ActivationBits.A16) {
                node.operands().stream().filter(v -> !OpRoles.isConstant(v)).forEach(v -> wide.add(groups.find(v)));
            }
        }
        for (Node node : graph) {
            OpRoles role = roles.get(node);
            Node clamp = absorbedClamp.get(node);
            Value result = clamp == null ? node.results().getFirst() : clamp.result();
            // Nothing is gained by few bits where reals follow, and the steps of 8 show as ties between classes.
            if (options.wideResults() && (role == OpRoles.AVERAGE || role == OpRoles.ELEMENTWISE) && onlyFloatFollows(result)) {
                wide.add(groups.find(result));
            }
        }
        for (Node node : graph) {
            if ((roles.get(node) == OpRoles.TABLE || roles.get(node) == OpRoles.SOFTMAX)
                    && (wide.contains(groups.find(node.operand(0))) || wide.contains(groups.find(node.result())))) {
                roles.put(node, OpRoles.FLOAT);
            }
        }
    }

    /** Storage of a value. */
    ActivationBits bits(Value value) {
        return wide.contains(groups.find(value)) ? ActivationBits.A16 : ActivationBits.A8;
    }

    private void absorbClamps() {
        for (Node node : graph) {
            OpRoles role = roles.get(node);
            boolean canClamp = role == OpRoles.PRODUCT || role == OpRoles.ELEMENTWISE || role == OpRoles.AVERAGE;
            Value value = node.results().getFirst();
            if (canClamp && value.users().size() == 1 && !graph.isOutput(value)
                    && roles.get(value.users().getFirst()) == OpRoles.CLAMP) {
                absorbedClamp.put(node, value.users().getFirst());
                absorbed.add(value.users().getFirst());
            }
        }
    }

    private void findRawResults() {
        for (Node node : graph) {
            if (roles.get(node) == OpRoles.PRODUCT && !absorbedClamp.containsKey(node) && onlyFloatFollows(node.result())) {
                rawResult.add(node);
            }
        }
    }

    private boolean onlyFloatFollows(Value value) {
        return value.users().stream().allMatch(u -> roles.get(u) == OpRoles.FLOAT
                || roles.get(u) == OpRoles.MOVE && onlyFloatFollows(u.result()));
    }

    private void joinGroups() {
        for (Node node : graph) {
            OpRoles role = roles.get(node);
            // Also where the move stays float: its result may be the operand's memory, which calibration sees once.
            if (OpRoles.of(node) == OpRoles.MOVE || role == OpRoles.CLAMP && !absorbed.contains(node)) {
                groups.join(node.operand(0), node.result());
            } else if (role == OpRoles.JOIN) {
                node.operands().forEach(o -> groups.join(node.result(), o));
            }
        }
    }

    private void chooseParameters(Map<String, ValueRange> ranges, Map<String, ValueRange> extremes,
            QuantizationOptions options) {
        Map<Value, ValueRange> byGroup = new HashMap<>();
        graph.inputs().forEach(v -> merge(byGroup, v, bits(v) == ActivationBits.A16 ? extremes : ranges));
        for (Node node : graph) {
            Node clamp = absorbedClamp.get(node);
            if (clamp == null && roles.get(node) != OpRoles.CONSTANT) {
                node.results().forEach(v -> merge(byGroup, v, bits(v) == ActivationBits.A16 ? extremes : ranges));
            }
        }
        byGroup.forEach((root, range) -> types.put(root, parameters(range, bits(root), options.symmetricActivations())));
        for (Node node : graph) {
            Value root = groups.find(node.results().getFirst());
            ValueRange range = byGroup.get(root);
            // Other values of the group, such as operands of a concatenation, may need another range.
            if (roles.get(node) == OpRoles.SOFTMAX && range != null && range.low() >= 0 && range.high() <= 1) {
                types.put(root, SOFTMAX_TYPE);
            }
        }
    }

    /** Widens the range of a value's group by its own. */
    private void merge(Map<Value, ValueRange> byGroup, Value value, Map<String, ValueRange> ranges) {
        ValueRange range = ranges.get(value.name());
        if (range != null) {
            byGroup.merge(groups.find(value), range, ValueRange::union);
        }
    }

    /** Scale and zero point of a tensor with the given range; 0 is represented exactly. */
    static QuantizedType.PerTensor parameters(ValueRange range, ActivationBits bits, boolean symmetric) {
        ScalarType storage = bits.storage();
        if (symmetric || bits == ActivationBits.A16) {
            float scale = (float) (range.magnitude() / storage.maxValue());
            return QuantizedType.perTensor(storage, scale >= Float.MIN_NORMAL ? scale : 1, 0);
        }
        float scale = (float) ((range.high() - range.low()) / STEPS);
        if (!(scale >= Float.MIN_NORMAL)) {
            return QuantizedType.perTensor(storage, 1, 0);
        }
        int zero = (int) Math.clamp(Math.rint(LOWEST - range.low() / scale), -128, 127);
        return QuantizedType.perTensor(storage, scale, zero);
    }
}
