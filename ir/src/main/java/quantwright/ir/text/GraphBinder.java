package quantwright.ir.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.generated.QirParser.DefinitionContext;
import quantwright.ir.text.generated.QirParser.GraphContext;
import quantwright.ir.text.generated.QirParser.LocationContext;
import quantwright.ir.text.generated.QirParser.NodeContext;
import quantwright.ir.text.generated.QirParser.StatementContext;
import quantwright.ir.text.generated.QirParser.TypeContext;
import quantwright.ir.type.TensorType;

/**
 * Makes graphs from the parse tree. A mistake ends its statement; the values it would have defined stay known, so that
 * their uses raise no second diagnostic.
 */
final class GraphBinder {
    private final OpRegistry registry;
    private final String file;
    private final boolean locate;
    private final DiagnosticSink sink;
    private final SourceMap places = new SourceMap();
    private final AttributeBinder attributes;
    private final Map<String, TensorType> typesByText = new HashMap<>();

    /** Values of one graph by their name in the text; null for those of a faulty statement. */
    private record Scope(Graph graph, Map<String, Value> values) {
    }

    GraphBinder(OpRegistry registry, String file, boolean locate, ResourceSection resources, DiagnosticSink sink) {
        this.registry = registry;
        this.file = file;
        this.locate = locate;
        this.sink = sink;
        this.attributes = new AttributeBinder(resources, this::graph);
    }

    SourceMap places() {
        return places;
    }

    Graph graph(GraphContext cx) {
        String levelText = cx.word(1).getText();
        Level level = Level.GRAPH;
        String name = "";
        try {
            name = AttributeBinder.string(cx.STRING().getSymbol());
            if (!cx.word(0).getText().equals("level")) {
                throw new Fault(IrDiagnostic.SYNTAX, cx.word(0), "expected 'level', found '"
                        + Fault.excerpt(cx.word(0).getText()) + "'");
            }
            level = level(cx, levelText);
        } catch (Fault fault) {
            report(fault);
        }
        Graph graph = new Graph(name, level);
        places.graph(graph, place(cx.getStart()));
        Scope scope = new Scope(graph, new HashMap<>());
        for (StatementContext statement : cx.statement()) {
            try {
                statement(statement, scope);
            } catch (Fault fault) {
                report(fault);
                defineFaulty(statement, scope);
            }
        }
        return graph;
    }

    private static Level level(GraphContext cx, String text) {
        List<String> names = new ArrayList<>();
        for (Level level : Level.values()) {
            String name = level.name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return level;
            }
            names.add(name);
        }
        throw new Fault(IrDiagnostic.BAD_VALUE, cx.word(1), "no level '" + Fault.excerpt(text) + "'",
                Names.suggestion(text, names));
    }

    private void statement(StatementContext cx, Scope scope) {
        if (cx.input() != null) {
            DefinitionContext definition = cx.input().definition();
            TensorType type = type(cx.input().type());
            requireFresh(definition, scope);
            Value value = scope.graph().addInput(name(definition), type);
            places.input(scope.graph(), place(cx.getStart()));
            scope.values().put(key(definition.VALUE()), value);
        } else if (cx.output() != null) {
            Value value = use(cx.output().VALUE(), scope);
            if (value != null) {
                scope.graph().addOutput(AttributeBinder.string(cx.output().STRING().getSymbol()), value);
                places.output(scope.graph(), place(cx.getStart()));
            }
        } else {
            node(cx.node(), scope);
        }
    }

    private void node(NodeContext cx, Scope scope) {
        Class<? extends Op> type = registry.find(cx.word().getText()).orElseThrow(() -> new Fault(
                IrDiagnostic.UNKNOWN_OP, cx.word(), "no op '" + Fault.excerpt(cx.word().getText()) + "'",
                Names.suggestion(cx.word().getText(), registry.mnemonics())));
        List<Value> operands = new ArrayList<>();
        boolean known = true;
        for (TerminalNode operand : cx.VALUE()) {
            Value value = use(operand, scope);
            known &= value != null;
            operands.add(value);
        }
        List<TensorType> results = new ArrayList<>();
        for (TypeContext result : cx.type()) {
            results.add(type(result));
        }
        if (results.size() != cx.definition().size()) {
            throw new Fault(IrDiagnostic.RESULT_COUNT, cx, cx.definition().size() + " result names, " + results.size()
                    + " result types");
        }
        TensorType context = results.isEmpty() ? null : results.get(0).canonical();
        Op op = (Op) (cx.record() == null ? attributes.empty(cx.word(), type)
                : attributes.record(cx.record(), type, context));
        Location location = cx.loc() == null ? locate ? place(cx.getStart()) : Location.UNKNOWN
                : location(cx.loc().location());
        cx.definition().forEach(d -> requireFresh(d, scope));
        if (!known) {
            cx.definition().forEach(d -> scope.values().put(key(d.VALUE()), null));
            return;
        }
        Node node = scope.graph().insertTyped(null, op, operands, results, location);
        places.node(node, place(cx.word().getStart()));
        for (int i = 0; i < results.size(); i++) {
            DefinitionContext definition = cx.definition(i);
            node.results().get(i).setName(name(definition));
            if (scope.values().putIfAbsent(key(definition.VALUE()), node.results().get(i)) != null) {
                throw duplicate(definition);
            }
        }
    }

    private TensorType type(TypeContext cx) {
        // Equal types share one object, so that a text with few distinct types makes few.
        String key = cx.getText();
        TensorType known = typesByText.get(key);
        if (known == null) {
            known = attributes.types().type(cx);
            typesByText.put(key, known);
        }
        return known;
    }

    private void requireFresh(DefinitionContext definition, Scope scope) {
        if (scope.values().containsKey(key(definition.VALUE()))) {
            throw duplicate(definition);
        }
    }

    private static Fault duplicate(DefinitionContext definition) {
        return new Fault(IrDiagnostic.DUPLICATE_VALUE, definition, Fault.excerpt(definition.VALUE().getText())
                + " is defined twice");
    }

    /** The value, or null if its definition is faulty. */
    private Value use(TerminalNode token, Scope scope) {
        String key = key(token);
        Value value = scope.values().get(key);
        if (value == null && !scope.values().containsKey(key)) {
            String text = token.getText();
            throw new Fault(IrDiagnostic.UNDEFINED_VALUE, token.getSymbol(), "nothing above defines "
                    + Fault.excerpt(text), text.startsWith("%\"") ? new String[0]
                            : Names.suggestion(key, scope.values().size() > 1000 ? List.of() : scope.values()
                            .keySet()));
        }
        return value;
    }

    private static void defineFaulty(StatementContext cx, Scope scope) {
        List<DefinitionContext> definitions = cx.input() != null ? List.of(cx.input().definition())
                : cx.node() != null ? cx.node().definition() : List.of();
        for (DefinitionContext definition : definitions) {
            if (isReadable(definition.VALUE())) {
                scope.values().putIfAbsent(key(definition.VALUE()), null);
            }
        }
    }

    /** Whether a value's name has no malformed escape, which is reported by then. */
    private static boolean isReadable(TerminalNode value) {
        try {
            key(value);
            return true;
        } catch (Fault malformed) {
            return false;
        }
    }

    /** Text of a value's name without the percent sign; a quoted plain name and the bare one are the same. */
    private static String key(TerminalNode value) {
        String text = value.getText().substring(1);
        if (!text.startsWith("\"")) {
            return text;
        }
        String name = unquote(value.getSymbol());
        return !name.isEmpty() && Character.isDigit(name.charAt(0)) ? "\"" + name : name;
    }

    private static String name(DefinitionContext definition) {
        if (definition.STRING() != null) {
            return AttributeBinder.string(definition.STRING().getSymbol());
        }
        String text = definition.VALUE().getText().substring(1);
        return text.startsWith("\"") ? unquote(definition.VALUE().getSymbol())
                : Character.isDigit(text.charAt(0)) ? "" : text;
    }

    private static String unquote(Token value) {
        try {
            return Literals.unquote(value.getText().substring(1));
        } catch (NumberFormatException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, value, "malformed escape in " + Fault.excerpt(value.getText()));
        }
    }

    private Location location(LocationContext cx) {
        List<ParseTree> parts = cx.children;
        if (cx.word() == null) {
            return new Location.InFile(AttributeBinder.string(cx.STRING(0).getSymbol()), integer(cx.NUMBER(0)),
                    integer(cx.NUMBER(1)));
        }
        String kind = cx.word().getText();
        boolean nested = parts.get(parts.size() - 1).getText().equals(")");
        int strings = cx.STRING().size();
        int numbers = cx.NUMBER().size();
        if (kind.equals("unknown") && strings + numbers == 0 && !nested) {
            return Location.UNKNOWN;
        } else if (kind.equals("byte") && strings == 1 && numbers == 1 && !nested) {
            return new Location.AtByte(text(cx, 0), number(cx.NUMBER(0)));
        } else if (kind.equals("model") && strings == 3 && numbers == 1 && !nested) {
            return new Location.InModel(text(cx, 0), text(cx, 1), text(cx, 2), integer(cx.NUMBER(0)));
        } else if (kind.equals("fused") && strings == 1 && numbers == 0 && nested) {
            return new Location.Fused(text(cx, 0), cx.location().stream().map(this::location).toList());
        }
        throw new Fault(IrDiagnostic.SYNTAX, cx,
                "malformed location; expected \"file\":line:column, byte \"file\" offset,"
                + " model \"model\" \"op\" \"node\" index, fused \"pass\" (...) or unknown");
    }

    private static String text(LocationContext cx, int i) {
        return AttributeBinder.string(cx.STRING(i).getSymbol());
    }

    private static int integer(TerminalNode node) {
        return Math.toIntExact(Math.clamp(number(node), Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    private static long number(TerminalNode node) {
        try {
            return Long.parseLong(node.getText());
        } catch (NumberFormatException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, node.getSymbol(), Fault.excerpt(node.getText()) + " is no integer");
        }
    }

    private Location place(Token token) {
        return new Location.InFile(file, token.getLine(), token.getCharPositionInLine() + 1);
    }

    private void report(Fault fault) {
        sink.report(fault.code(), new Location.InFile(file, fault.line(), fault.column()), fault.getMessage(),
                fault.notes());
    }
}
