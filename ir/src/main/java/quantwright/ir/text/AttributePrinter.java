package quantwright.ir.text;

import java.util.List;
import java.util.Locale;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.op.FusedBody;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Layout;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Prints op attributes: the components of the op's record, by name, by their kind. */
final class AttributePrinter {
    /** Prints a nested graph. */
    @FunctionalInterface
    interface GraphPrinter {
        void print(Graph graph, String indent);
    }

    private final StringBuilder out;
    private final PrintOptions options;
    private final Resources resources;
    private final GraphPrinter graphs;
    private final RecordForm.Cache forms = new RecordForm.Cache();

    AttributePrinter(StringBuilder out, PrintOptions options, Resources resources, GraphPrinter graphs) {
        this.out = out;
        this.options = options;
        this.resources = resources;
        this.graphs = graphs;
    }

    /** Lower-case name of an enum constant; a scalar type's own name. */
    static String enumText(Enum<?> constant) {
        return constant instanceof ElementType ? constant.toString() : constant.name().toLowerCase(Locale.ROOT);
    }

    /** Prints the attributes of a node's op in braces, if it has any. */
    void print(Node node, String indent) {
        RecordForm form = forms.of(node.op().getClass());
        if (!form.names().isEmpty()) {
            out.append(' ');
            record(node.op(), form, indent, node.results().isEmpty() ? null : node.results().get(0).type().canonical());
        }
    }

    private void record(Object record, RecordForm form, String indent, TensorType context) {
        out.append('{');
        for (int i = 0; i < form.names().size(); i++) {
            out.append(i == 0 ? "" : ", ").append(form.names().get(i)).append(" = ");
            value(form.get(record, i), record.getClass(), indent, context);
        }
        out.append('}');
    }

    /**
     * Prints one attribute value.
     *
     * @param owner the record it belongs to, for the error message
     * @param context the type constant data has where it is not printed; may be null
     */
    void value(Object value, Class<?> owner, String indent, TensorType context) {
        switch (value) {
            case Integer i -> out.append(i.intValue());
            case Long l -> out.append(l.longValue());
            case Float f -> out.append(Literals.text(f));
            case Double d -> out.append(Literals.text(d));
            case Boolean b -> out.append(b.booleanValue());
            case String s -> out.append(Literals.quote(s));
            case Enum<?> e -> out.append(enumText(e));
            case Ints ints -> out.append(ints);
            case Floats floats -> floats(floats);
            case Shape shape -> out.append('[').append(shape).append(']');
            case ElementType element -> TypeText.print(element, out);
            case TensorType type -> type(type);
            case Rounding rounding -> out.append(rounding.text());
            case ConstantData data -> data(data, context);
            case FusedBody body -> graphs.print(body.graph(), indent);
            case List<?> list -> list(list, owner, indent);
            case Record record -> record(record, forms.of(record.getClass()), indent, null);
            default -> throw new InternalCompilerError("no text form for " + value.getClass() + " in " + owner);
        }
    }

    private void type(TensorType type) {
        TypeText.print(type, out);
        if (type.layout().isPresent()) {
            out.append(" layout ");
            record(type.layout().get(), forms.of(Layout.class), "", null);
        }
    }

    private void floats(Floats floats) {
        out.append('[');
        for (int i = 0; i < floats.size(); i++) {
            out.append(i == 0 ? "" : ", ").append(Literals.text(floats.get(i)));
        }
        out.append(']');
    }

    private void list(List<?> list, Class<?> owner, String indent) {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            value(list.get(i), owner, indent, null);
        }
        out.append(']');
    }

    private void data(ConstantData data, TensorType context) {
        if (!data.type().equals(context)) {
            type(data.type());
            out.append(' ');
        }
        if (data.type().shape().elementCount() <= options.inlineElements() && Elements.isCanonical(data)) {
            Elements.print(data, out);
        } else {
            out.append('#').append(options.resources() == PrintOptions.Resources.ELIDED
                    ? data.hash().substring(0, 12) : data.hash());
            resources.add(data);
        }
    }
}
