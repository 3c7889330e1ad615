package quantwright.ir.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.loc.Location;
import quantwright.ir.type.Layout;
import quantwright.ir.type.TensorType;

/**
 * Prints graphs in the text form {@code .qir}. The same graph gives the same bytes, and {@link QirParser} reads the
 * same graph back from them, unless resources are elided.
 */
public final class QirPrinter {
    /** Version of the text form that is printed and read. */
    public static final int VERSION = 1;

    private final PrintOptions options;

    /** A printer with the given options. */
    public QirPrinter(PrintOptions options) {
        this.options = options;
    }

    /** One self-contained text that parses back to the same graph. */
    public static String print(Graph graph) {
        return new QirPrinter(PrintOptions.SELF_CONTAINED).text(graph);
    }

    /** A text for people: large constants by hash only, no locations. */
    public static String dump(Graph graph) {
        return new QirPrinter(PrintOptions.DUMP).text(graph);
    }

    /**
     * The text under this printer's options.
     *
     * @throws IllegalArgumentException if the options ask for a side file; {@link #write} makes one
     */
    public String text(Graph graph) {
        if (options.resources() == PrintOptions.Resources.SIDE_FILE) {
            throw new IllegalArgumentException("a side file needs a path");
        }
        Session session = new Session();
        session.file(graph);
        if (options.resources() == PrintOptions.Resources.IN_TEXT) {
            session.resources.printInText(session.out);
        }
        return session.out.toString();
    }

    /** The text with comments below nodes, large constants elided; each comment follows {@code //}. */
    public String annotated(Graph graph, BiFunction<Graph, Node, List<String>> notes) {
        Session session = new Session();
        session.notes = notes;
        session.file(graph);
        return session.out.toString();
    }

    /**
     * Writes a {@code .qir} file, and a {@code .qdata} file beside it where the options ask for one and there are large
     * constants. Each file appears whole or not at all.
     */
    public void write(Graph graph, Path file) throws IOException {
        Session session = new Session();
        session.file(graph);
        switch (options.resources()) {
            case IN_TEXT -> session.resources.printInText(session.out);
            case SIDE_FILE -> {
                String name = file.getFileName().toString();
                int dot = name.lastIndexOf('.');
                String side = (dot > 0 ? name.substring(0, dot) : name) + ".qdata";
                session.resources.writeSideFile(file.resolveSibling(side), session.out);
            }
            case ELIDED -> { }
        }
        Resources.writeAtomically(file, channel -> Resources.writeAll(channel,
                java.nio.ByteBuffer.wrap(session.out.toString().getBytes(StandardCharsets.UTF_8))));
    }

    /** State of one printing. */
    private final class Session {
        private final StringBuilder out = new StringBuilder(1 << 14);
        private final Resources resources = new Resources();
        private final AttributePrinter attributes = new AttributePrinter(out, options, resources, this::graph);
        private BiFunction<Graph, Node, List<String>> notes;

        void file(Graph graph) {
            out.append("qir ").append(VERSION).append("\n\n");
            graph(graph, "");
            out.append('\n');
        }

        void graph(Graph graph, String indent) {
            ValueNames names = new ValueNames(graph);
            String inner = indent + "  ";
            out.append("graph ").append(Literals.quote(graph.name())).append(" level ")
                    .append(AttributePrinter.enumText(graph.level())).append(" {\n");
            notes(graph, null, inner);
            for (Value input : graph.inputs()) {
                out.append(inner).append("input ").append(names.definition(input)).append(" : ");
                type(input.type());
                out.append('\n');
            }
            for (Node node : graph) {
                out.append(inner);
                node(node, names, inner);
                out.append('\n');
                notes(graph, node, inner);
            }
            for (int i = 0; i < graph.outputs().size(); i++) {
                out.append(inner).append("output ").append(Literals.quote(graph.outputName(i))).append(" = ")
                        .append(names.use(graph.outputs().get(i))).append('\n');
            }
            out.append(indent).append('}');
        }

        private void notes(Graph graph, Node node, String indent) {
            if (notes != null) {
                notes.apply(graph, node).forEach(n -> out.append(indent).append("// ").append(n).append('\n'));
            }
        }

        private void node(Node node, ValueNames names, String indent) {
            if (!node.results().isEmpty()) {
                out.append(node.results().stream().map(names::definition).collect(Collectors.joining(", ")))
                        .append(" = ");
            }
            out.append(node.op().mnemonic()).append('(');
            for (int i = 0; i < node.operands().size(); i++) {
                out.append(i == 0 ? "" : ", ").append(names.use(node.operand(i)));
            }
            out.append(')');
            attributes.print(node, indent);
            for (int i = 0; i < node.results().size(); i++) {
                out.append(i == 0 ? " : " : ", ");
                type(node.results().get(i).type());
            }
            if (options.locations() && !(node.location() instanceof Location.Unknown)) {
                out.append(" loc(");
                location(node.location());
                out.append(')');
            }
        }

        private void type(TensorType type) {
            TypeText.print(type, out);
            if (type.layout().isPresent()) {
                Layout layout = type.layout().get();
                out.append(" layout ");
                attributes.value(layout, Layout.class, "", null);
            }
        }

        private void location(Location location) {
            switch (location) {
                case Location.Unknown _ -> out.append("unknown");
                case Location.InFile f -> out.append(Literals.quote(f.file())).append(':').append(f.line()).append(':')
                        .append(f.column());
                case Location.InModel m -> out.append("model ").append(Literals.quote(m.model())).append(' ')
                        .append(Literals.quote(m.opType())).append(' ').append(Literals.quote(m.node())).append(' ')
                        .append(m.index());
                case Location.AtByte b -> out.append("byte ").append(Literals.quote(b.file())).append(' ')
                        .append(b.offset());
                case Location.Fused f -> {
                    out.append("fused ").append(Literals.quote(f.by())).append(" (");
                    for (int i = 0; i < f.from().size(); i++) {
                        out.append(i == 0 ? "" : ", ");
                        location(f.from().get(i));
                    }
                    out.append(')');
                }
            }
        }
    }
}
