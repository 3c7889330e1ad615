package quantwright.ir.text;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.Interval;
import quantwright.ir.Graph;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.op.FusedBody;
import quantwright.ir.text.generated.QirParser.AttributeContext;
import quantwright.ir.text.generated.QirParser.GraphContext;
import quantwright.ir.text.generated.QirParser.RecordContext;
import quantwright.ir.text.generated.QirParser.TypedContext;
import quantwright.ir.text.generated.QirParser.ValueContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Reads op attributes: each value by the kind of the record component it is for. */
final class AttributeBinder {
    private final RecordForm.Cache forms = new RecordForm.Cache();
    private final TypeBinder types = new TypeBinder(this);
    private final ResourceSection resources;
    private final Function<GraphContext, Graph> graphs;

    AttributeBinder(ResourceSection resources, Function<GraphContext, Graph> graphs) {
        this.resources = resources;
        this.graphs = graphs;
    }

    TypeBinder types() {
        return types;
    }

    /** Reads a record; {@code context} is the type of constant data that states none. */
    Object record(RecordContext cx, Class<?> type, TensorType context) {
        RecordForm form = forms.of(type);
        Object[] values = new Object[form.names().size()];
        Set<String> seen = new HashSet<>();
        for (AttributeContext attribute : cx.attribute()) {
            String name = attribute.word().getText();
            int i = form.names().indexOf(name);
            if (i < 0) {
                throw new Fault(IrDiagnostic.UNKNOWN_ATTRIBUTE, attribute, "no attribute '" + Fault.excerpt(name) + "'",
                        Names.suggestion(name, form.names()));
            }
            if (!seen.add(name)) {
                throw new Fault(IrDiagnostic.DUPLICATE_ATTRIBUTE, attribute, "attribute '" + name + "' is given twice");
            }
            values[i] = value(attribute.value(), form.type(i), context);
        }
        requireAll(form, seen, cx);
        try {
            return form.create(values);
        } catch (IllegalArgumentException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, cx, String.valueOf(e.getMessage()));
        }
    }

    /** An instance of a record without attributes. */
    Object empty(ParserRuleContext at, Class<?> type) {
        RecordForm form = forms.of(type);
        requireAll(form, Set.of(), at);
        return form.create(new Object[0]);
    }

    private static void requireAll(RecordForm form, Set<String> seen, ParserRuleContext at) {
        List<String> missing = form.names().stream().filter(n -> !seen.contains(n)).toList();
        if (!missing.isEmpty()) {
            throw new Fault(IrDiagnostic.MISSING_ATTRIBUTE, at,
                    "missing attribute" + (missing.size() > 1 ? "s " : " ") + String.join(", ", missing));
        }
    }

    private Object value(ValueContext cx, Type generic, TensorType context) {
        if (generic instanceof ParameterizedType p && p.getRawType() == List.class) {
            return list(cx, p.getActualTypeArguments()[0]);
        }
        Class<?> type = (Class<?>) generic;
        if (cx.record() != null && type.isRecord()) {
            return record(cx.record(), type, null);
        }
        if (cx.graph() != null && type == FusedBody.class) {
            return new FusedBody(graphs.apply(cx.graph()));
        }
        if (cx.atom() != null && cx.atom().STRING() != null && type == String.class) {
            return string(cx.getStart());
        }
        if (type == ConstantData.class) {
            return data(cx, context);
        }
        if (cx.atom() != null && cx.atom().LIST() != null) {
            return flatList(cx.getStart(), type);
        }
        if (cx.typed() != null) {
            return typed(cx.typed(), type);
        }
        if (cx.atom() != null && cx.atom().NUMBER() != null) {
            return scalar(cx.getStart(), cx.getText(), type);
        }
        throw wrongKind(cx.getStart(), type, cx.getStart().getText());
    }

    private static Fault wrongKind(Token at, Class<?> type, String found) {
        return new Fault(IrDiagnostic.WRONG_KIND, at, "expected " + kind(type)
                + ", found '" + Fault.excerpt(found) + "'");
    }

    private static String kind(Class<?> type) {
        if (type == int.class || type == long.class) {
            return "an integer";
        }
        if (type == float.class || type == double.class) {
            return "a number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == Ints.class || type == Floats.class || type == List.class) {
            return "a list";
        }
        if (type.isEnum() && type != ScalarType.class) {
            return "one of " + String.join(", ", constants(type));
        }
        return switch (type.getSimpleName()) {
            case "String" -> "a string";
            case "FusedBody" -> "a graph";
            case "ConstantData" -> "constant data";
            case "Rounding" -> "a rounding such as f32 or fixed<31, half-up, i64>";
            case "TensorType" -> "a tensor type";
            case "ElementType", "ScalarType", "QuantizedType" -> "an element type";
            case "Shape" -> "a shape such as [1x8]";
            default -> "a record {...} of " + type.getSimpleName();
        };
    }

    private static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(c -> AttributePrinter.enumText((Enum<?>) c)).toList();
    }

    static String string(Token at) {
        try {
            return Literals.unquote(at.getText());
        } catch (NumberFormatException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, at, "malformed escape in " + Fault.excerpt(at.getText()));
        }
    }

    private Object typed(TypedContext cx, Class<?> type) {
        boolean bare = cx.angle() == null && cx.LIST().isEmpty();
        if (type == TensorType.class && cx.LIST().size() == 1 && cx.HASH() == null) {
            return types.type(cx, cx.word(), cx.angle(), cx.LIST(0).getSymbol(), cx.layout());
        }
        if (cx.LIST().isEmpty() && type == Rounding.class) {
            String text = cx.getStart().getInputStream().getText(
                    Interval.of(cx.getStart().getStartIndex(), cx.getStop().getStopIndex()));
            return rounding(cx.getStart(), text);
        }
        if (cx.LIST().isEmpty() && ElementType.class.isAssignableFrom(type)) {
            ElementType element = types.element(cx.word(), cx.angle());
            if (type.isInstance(element)) {
                return element;
            }
        }
        if (bare) {
            return scalar(cx.getStart(), cx.getText(), type);
        }
        throw wrongKind(cx.getStart(), type, cx.getText());
    }

    private static Rounding rounding(Token at, String text) {
        try {
            return Rounding.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, at, e.getMessage());
        }
    }

    /** Reads a number or a word. */
    private Object scalar(Token at, String text, Class<?> type) {
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            } else if (type == long.class) {
                return Long.parseLong(text);
            } else if (type == float.class) {
                return Literals.parseFloat(text);
            } else if (type == double.class) {
                return Literals.parseDouble(text);
            }
        } catch (NumberFormatException e) {
            boolean number = text.matches("-?[0-9.eE+-]+") && text.matches(".*[0-9].*");
            boolean integer = type == int.class || type == long.class;
            if (number && !(integer && text.matches(".*[.eE].*"))) {
                throw new Fault(IrDiagnostic.BAD_VALUE, at, Fault.excerpt(text) + " is too large");
            }
            throw wrongKind(at, type, text);
        }
        if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
            return text.equals("true");
        } else if (type == ScalarType.class || type == ElementType.class) {
            return TypeBinder.scalar(at, text);
        } else if (type == Rounding.class) {
            return rounding(at, text);
        } else if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                if (AttributePrinter.enumText((Enum<?>) constant).equals(text)) {
                    return constant;
                }
            }
            throw new Fault(IrDiagnostic.BAD_VALUE, at, "'" + Fault.excerpt(text) + "' is no " + type.getSimpleName(),
                    Names.suggestion(text, constants(type)));
        }
        throw wrongKind(at, type, text);
    }

    private Object flatList(Token at, Class<?> type) {
        if (type == Shape.class) {
            try {
                return types.shape(at);
            } catch (IllegalArgumentException e) {
                throw new Fault(IrDiagnostic.BAD_VALUE, at, e.getMessage());
            }
        }
        if (type != Ints.class && type != Floats.class) {
            throw wrongKind(at, type, at.getText());
        }
        String[] items = items(at);
        if (type == Ints.class) {
            int[] values = new int[items.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (Integer) scalar(at, items[i], int.class);
            }
            return Ints.of(values);
        }
        float[] values = new float[items.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (Float) scalar(at, items[i], float.class);
        }
        return Floats.of(values);
    }

    private static String[] items(Token list) {
        String text = list.getText();
        String inner = text.substring(1, text.length() - 1).strip();
        if (inner.isEmpty()) {
            return new String[0];
        }
        String[] items = inner.split(",", -1);
        Arrays.setAll(items, i -> items[i].strip());
        return items;
    }

    private List<Object> list(ValueContext cx, Type element) {
        List<Object> values = new ArrayList<>();
        if (cx.list() != null) {
            Type plain = element instanceof Class<?> c ? unboxed(c) : element;
            cx.list().value().forEach(v -> values.add(value(v, plain, null)));
        } else if (cx.atom() != null && cx.atom().LIST() != null && element instanceof Class<?> type) {
            for (String item : items(cx.getStart())) {
                values.add(scalar(cx.getStart(), item, unboxed(type)));
            }
        } else {
            throw wrongKind(cx.getStart(), List.class, cx.getStart().getText());
        }
        return List.copyOf(values);
    }

    private static Class<?> unboxed(Class<?> type) {
        return java.lang.invoke.MethodType.methodType(type).unwrap().returnType();
    }

    private ConstantData data(ValueContext cx, TensorType context) {
        TensorType type = context;
        Token content = null;
        if (cx.typed() != null && !cx.typed().LIST().isEmpty()) {
            TypedContext t = cx.typed();
            type = types.type(t, t.word(), t.angle(), t.LIST(0).getSymbol(), t.layout());
            content = t.HASH() != null ? t.HASH().getSymbol() : t.LIST().size() > 1 ? t.LIST(1).getSymbol() : null;
        } else if (cx.atom() != null && (cx.atom().LIST() != null || cx.atom().HASH() != null)) {
            content = cx.getStart();
        }
        if (content == null || type == null) {
            throw wrongKind(cx.getStart(), ConstantData.class, cx.getStart().getText());
        }
        try {
            if (content.getText().startsWith("#")) {
                String hash = content.getText().substring(1);
                return ConstantData.wrap(type, resources.bytes(hash, content));
            }
            return Elements.parse(type, items(content));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Fault(IrDiagnostic.BAD_VALUE, content, Fault.excerpt(String.valueOf(e.getMessage())));
        }
    }
}
