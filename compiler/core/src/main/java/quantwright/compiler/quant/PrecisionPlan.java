package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/**
 * Precision of each node of a normalized float graph.
 *
 * @param standard precision of nodes that are not listed
 * @param layers precision by the name of a node's first result
 */
public record PrecisionPlan(LayerPrecision standard, SortedMap<String, LayerPrecision> layers) {
    /** Copies the map. */
    public PrecisionPlan {
        layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
    }

    /** A plan that gives every node the same precision. */
    public static PrecisionPlan uniform(LayerPrecision precision) {
        return new PrecisionPlan(precision, new TreeMap<>());
    }

    /** Precision of a node. */
    public LayerPrecision of(Node node) {
        return layers.getOrDefault(node.results().getFirst().name(), standard);
    }

    /** The layers of a normalized float graph that have weights to choose bits for, in execution order. */
    public static List<Node> layers(Graph graph) {
        return graph.nodes().stream().filter(n -> OpRoles.of(n) == OpRoles.PRODUCT).toList();
    }

    /** This plan with another precision for one node. */
    public PrecisionPlan with(String name, LayerPrecision precision) {
        SortedMap<String, LayerPrecision> changed = new TreeMap<>(layers);
        changed.put(name, precision);
        return new PrecisionPlan(standard, changed);
    }

    /**
     * Checks that the graph has every node the plan names, and that only layers with constant weights are asked for weights
     * of less than 8 bits.
     *
     * @throws UserErrorException with a diagnostic for each entry that is wrong
     */
    public void check(Graph graph) {
        Map<String, Node> nodes = new HashMap<>();
        for (Node node : graph) {
            if (OpRoles.of(node) != OpRoles.CONSTANT) {
                nodes.put(node.results().getFirst().name(), node);
            }
        }
        List<Diagnostic> wrong = new ArrayList<>();
        layers.forEach((name, precision) -> {
            Node node = nodes.get(name);
            if (node == null) {
                wrong.add(new Diagnostic(QuantDiagnostic.PLAN_NAMES_NO_NODE, Location.UNKNOWN, "'" + name + "'",
                        Names.nearest(name, nodes.keySet()).map(n -> "did you mean '" + n + "'?").stream().toList()));
            } else if (precision instanceof LayerPrecision.Integer i && i.weights() != WeightBits.W8
                    && OpRoles.of(node) != OpRoles.PRODUCT) {
                wrong.add(new Diagnostic(QuantDiagnostic.PLAN_WITHOUT_WEIGHTS, node.location(), "'" + name + "' is a "
                        + node.op().mnemonic() + ", the plan says " + precision.text(), List.of()));
            }
        });
        if (!wrong.isEmpty()) {
            throw new UserErrorException(wrong);
        }
    }
}
