package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Fused;
import quantwright.ir.op.FusedBody;

/**
 * Builds the TILE graph of a normalized graph: chains that one kernel computes become {@code tile.fused} regions, everything
 * else is copied. The region stands where its last op stood, so that all its operands are computed by then. Values keep
 * their names; the source graph is not changed.
 */
final class TileFusion {
    private final Graph source;
    private final Graph target;
    private final Map<Value, Value> mapped = new HashMap<>();

    private TileFusion(Graph source) {
        this.source = source;
        this.target = new Graph(source.name(), Level.TILE);
    }

    /** The TILE graph; layouts are not assigned yet. */
    static Graph build(Graph source, EpilogueRules rules) {
        return new TileFusion(source).run(rules);
    }

    private Graph run(EpilogueRules rules) {
        for (Value input : source.inputs()) {
            mapped.put(input, target.addInput(input.name(), input.type()));
        }
        Map<Node, List<Node>> chainByLast = chains(rules);
        for (Node node : source) {
            List<Node> chain = chainByLast.get(node);
            if (chain != null) {
                emit(chain);
            }
        }
        for (int i = 0; i < source.outputs().size(); i++) {
            target.addOutput(source.outputName(i), mapped.get(source.outputs().get(i)));
        }
        return target;
    }

    /**
     * Every node's chain, by the chain's last node. Later roots choose first: where two of them could take the same addition,
     * the one whose result would otherwise be stored last does.
     */
    private Map<Node, List<Node>> chains(EpilogueRules rules) {
        Map<Node, List<Node>> byLast = new HashMap<>();
        Set<Node> taken = new HashSet<>();
        for (Node node : source.nodes().reversed()) {
            if (rules.isRoot(node)) {
                List<Node> chain = rules.chain(node, taken);
                taken.addAll(chain);
                byLast.put(chain.getLast(), chain);
            }
        }
        for (Node node : source) {
            if (taken.add(node)) {
                byLast.put(node, List.of(node));
            }
        }
        return byLast;
    }

    private void emit(List<Node> chain) {
        Node last = chain.getLast();
        Node made;
        if (chain.size() == 1) {
            List<Value> operands = last.operands().stream().map(mapped::get).toList();
            made = target.insertTyped(null, last.op(), operands, last.results().stream().map(Value::type).toList(),
                    last.location());
        } else {
            Map<Value, Value> bodyValues = new LinkedHashMap<>();
            Graph body = new Graph(chain.getFirst().op().mnemonic(), source.level());
            List<Value> operands = new ArrayList<>();
            for (Node node : chain) {
                for (Value operand : node.operands()) {
                    boolean internal = operand.producer() != null && chain.contains(operand.producer());
                    if (!internal && !bodyValues.containsKey(operand)) {
                        bodyValues.put(operand, body.addInput(operand.name(), operand.type()));
                        operands.add(mapped.get(operand));
                    }
                }
            }
            for (Node node : chain) {
                Node copy = body.insertTyped(null, node.op(), node.operands().stream().map(bodyValues::get).toList(),
                        node.results().stream().map(Value::type).toList(), node.location());
                bodyValues.put(node.result(), copy.result());
                copy.result().setName(node.result().name());
            }
            body.addOutput(last.result().name(), bodyValues.get(last.result()));
            Location origin = new Location.Fused("fuse", chain.stream().map(Node::location).toList());
            made = target.insertTyped(null, new Fused(new FusedBody(body)), operands, List.of(last.result().type()), origin);
        }
        for (int i = 0; i < last.results().size(); i++) {
            mapped.put(last.results().get(i), made.results().get(i));
            made.results().get(i).setName(last.results().get(i).name());
        }
    }
}
