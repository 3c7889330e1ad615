package quantwright.ir.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.op.ConstraintViolation;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.Fused;
import quantwright.ir.op.Op;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.TargetOp;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.TileOp;
import quantwright.ir.text.ParsedGraph;
import quantwright.ir.text.PrintOptions;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.text.SourceMap;
import quantwright.ir.text.TypeText;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.TensorType;

/**
 * Checks a graph: definitions before uses, use lists, every op's constraints and result types, ops and layouts against
 * the graph's level, inputs and outputs. Everything wrong is found in one go.
 */
public final class Verifier {
    private final SourceMap places;
    private final List<Finding> findings = new ArrayList<>();

    private Verifier(SourceMap places) {
        this.places = places;
    }

    /** What is wrong with a graph; diagnostics stand at the nodes' locations. */
    public static List<Finding> findings(Graph graph) {
        return findings(graph, new SourceMap());
    }

    /** What is wrong with a graph; diagnostics stand at the places in the text that it was read from. */
    public static List<Finding> findings(Graph graph, SourceMap places) {
        Verifier verifier = new Verifier(places);
        verifier.graph(graph);
        return List.copyOf(verifier.findings);
    }

    /** Reports what is wrong with a graph; true if nothing is. */
    public static boolean verify(Graph graph, DiagnosticSink sink) {
        return report(findings(graph), sink);
    }

    /** Reports what is wrong with a graph that was just read, at its places in the text; true if nothing is. */
    public static boolean verify(ParsedGraph parsed, DiagnosticSink sink) {
        return report(findings(parsed.graph(), parsed.places()), sink);
    }

    private static boolean report(List<Finding> findings, DiagnosticSink sink) {
        findings.forEach(f -> sink.report(f.diagnostic()));
        return findings.isEmpty();
    }

    /** The graph's text with each finding as a comment below the offending line. */
    public static String annotate(Graph graph) {
        List<Finding> all = findings(graph);
        return new QirPrinter(PrintOptions.DUMP).annotated(graph, (g, node) -> all.stream()
                .filter(f -> f.graph() == g && f.node() == node)
                .map(f -> "error[" + f.diagnostic().code().id() + "]: " + f.diagnostic().message()).toList());
    }

    private void graph(Graph graph) {
        Map<Value, List<Node>> uses = new IdentityHashMap<>();
        Set<Value> later = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Node node : graph) {
            later.addAll(node.results());
            node.operands().forEach(v -> uses.computeIfAbsent(v, _ -> new ArrayList<>()).add(node));
        }
        Set<Value> defined = Collections.newSetFromMap(new IdentityHashMap<>());
        names(graph);
        for (int i = 0; i < graph.inputs().size(); i++) {
            Value input = graph.inputs().get(i);
            defined.add(input);
            layout(graph, null, input.type(), places.input(graph, i));
            useList(graph, null, input, uses, places.input(graph, i));
        }
        for (Node node : graph) {
            node(graph, node, defined, later);
            node.results().forEach(r -> useList(graph, node, r, uses, places.of(node)));
            defined.addAll(node.results());
        }
        for (int i = 0; i < graph.outputs().size(); i++) {
            if (!defined.contains(graph.outputs().get(i))) {
                add(graph, null, IrDiagnostic.OUTPUT, places.output(graph, i),
                        "output \"" + graph.outputName(i) + "\" is no value of the graph");
            }
        }
        if (graph.outputs().isEmpty()) {
            add(graph, null, IrDiagnostic.NO_OUTPUT, places.of(graph), "the graph has no output");
        }
    }

    private void node(Graph graph, Node node, Set<Value> defined, Set<Value> later) {
        Location place = places.of(node);
        boolean ordered = true;
        for (int i = 0; i < node.operands().size(); i++) {
            Value operand = node.operand(i);
            if (!defined.contains(operand)) {
                ordered = false;
                add(graph, node, IrDiagnostic.ORDER, place, "operand " + i + " (" + operand + ") is "
                        + (later.contains(operand) ? "defined later" : "no value of the graph"));
            }
        }
        level(graph, node, place);
        node.results().forEach(r -> layout(graph, node, r.type(), place));
        if (ordered) {
            types(graph, node, place);
        }
        if (node.op() instanceof Fused fused) {
            graph(fused.body().graph());
        }
    }

    private void level(Graph graph, Node node, Location place) {
        Level needed = level(node.op());
        if (graph.level().compareTo(needed) < 0) {
            add(graph, node, IrDiagnostic.LEVEL, place, node.op().mnemonic() + " belongs to level " + needed
                    + ", the graph is at " + graph.level());
        }
    }

    private static Level level(Op op) {
        return switch (op) {
            case TensorOp _, ExtensionOp _ -> Level.GRAPH;
            case QuantOp _ -> Level.QUANT;
            case TileOp _, TargetOp _ -> Level.TILE;
        };
    }

    private void layout(Graph graph, Node node, TensorType type, Location place) {
        if (type.layout().isPresent() && graph.level() != Level.TILE) {
            add(graph, node, IrDiagnostic.LAYOUT, place, "a type has a layout at level " + graph.level());
        }
    }

    private void types(Graph graph, Node node, Location place) {
        List<ElementType> requested = node.results().stream().map(r -> r.type().element()).toList();
        List<TensorType> inferred;
        try {
            inferred = Graph.infer(node.op(), node.operands(), requested);
        } catch (ConstraintViolation e) {
            add(graph, node, IrDiagnostic.CONSTRAINT, place, e.label() + ": " + e.getMessage());
            return;
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException
                | NegativeArraySizeException e) {
            add(graph, node, IrDiagnostic.REJECTED, place, node.op().mnemonic() + ": " + e.getMessage());
            return;
        }
        if (inferred.size() != node.results().size()) {
            add(graph, node, IrDiagnostic.RESULT_TYPE, place, node.op().mnemonic() + " gives " + inferred.size()
                    + " results, " + node.results().size() + " are stated");
            return;
        }
        for (int i = 0; i < inferred.size(); i++) {
            TensorType stated = node.results().get(i).type();
            if (!inferred.get(i).canonical().equals(stated.canonical())) {
                add(graph, node, IrDiagnostic.RESULT_TYPE, place, "result " + i + " is stated as " + TypeText.of(stated)
                        + ", " + node.op().mnemonic() + " gives " + TypeText.of(inferred.get(i)));
            }
        }
    }

    private void names(Graph graph) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            String name = graph.inputs().get(i).name();
            if (!name.isEmpty() && !seen.add(name)) {
                add(graph, null, IrDiagnostic.DUPLICATE_NAME, places.input(graph, i),
                        "two inputs are named \"" + name + "\"");
            }
        }
        seen.clear();
        for (int i = 0; i < graph.outputs().size(); i++) {
            if (!seen.add(graph.outputName(i))) {
                add(graph, null, IrDiagnostic.DUPLICATE_NAME, places.output(graph, i),
                        "two outputs are named \"" + graph.outputName(i) + "\"");
            }
        }
    }

    private void useList(Graph graph, Node node, Value value, Map<Value, List<Node>> uses, Location place) {
        if (!counts(value.users()).equals(counts(uses.getOrDefault(value, List.of())))) {
            add(graph, node, IrDiagnostic.USE_LIST, place, "the users of " + value + " are not those that take it");
        }
    }

    /** Nodes have identity equality, so an ordinary map counts them by identity. */
    private static Map<Node, Integer> counts(List<Node> nodes) {
        Map<Node, Integer> counts = new HashMap<>();
        nodes.forEach(n -> counts.merge(n, 1, Integer::sum));
        return counts;
    }

    private void add(Graph graph, Node node, IrDiagnostic code, Location place, String message) {
        findings.add(new Finding(graph, node, new Diagnostic(code, place, message, List.of())));
    }
}
