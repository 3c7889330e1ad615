package quantwright.ir.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.text.generated.QirParser.AngleContext;
import quantwright.ir.text.generated.QirParser.AngleItemContext;
import quantwright.ir.text.generated.QirParser.LayoutContext;
import quantwright.ir.text.generated.QirParser.TypeContext;
import quantwright.ir.text.generated.QirParser.WordContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Layout;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Reads types from the parse tree. */
final class TypeBinder {
    private static final int MOST_DIMENSIONS = 32;
    private static final List<String> SCALARS =
            java.util.Arrays.stream(ScalarType.values()).map(ScalarType::toString).toList();
    private final AttributeBinder attributes;

    TypeBinder(AttributeBinder attributes) {
        this.attributes = attributes;
    }

    TensorType type(TypeContext cx) {
        return type(cx, cx.word(), cx.angle(), cx.LIST().getSymbol(), cx.layout());
    }

    TensorType type(ParserRuleContext at, WordContext word, AngleContext angle, Token dims, LayoutContext layout) {
        ElementType element = element(word, angle);
        try {
            Shape shape = shape(dims);
            return new TensorType(element, shape, layout == null ? Optional.empty() : Optional.of(
                    (Layout) attributes.record(layout.record(), Layout.class, null)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new Fault(IrDiagnostic.BAD_TYPE, at, e.getMessage());
        }
    }

    /** Reads {@code [1x32x32x3]}. */
    Shape shape(Token list) {
        String text = list.getText();
        String inner = text.substring(1, text.length() - 1).strip();
        if (inner.isEmpty()) {
            return Shape.SCALAR;
        }
        String[] parts = inner.split("x", -1);
        if (parts.length > MOST_DIMENSIONS) {
            throw new Fault(IrDiagnostic.BAD_TYPE, list, parts.length + " dimensions; at most " + MOST_DIMENSIONS);
        }
        int[] dims = new int[parts.length];
        for (int i = 0; i < dims.length; i++) {
            try {
                dims[i] = Integer.parseInt(parts[i].strip());
            } catch (NumberFormatException e) {
                throw new Fault(IrDiagnostic.BAD_TYPE, list,
                        "'" + Fault.excerpt(parts[i].strip()) + "' is no extent in "
                        + Fault.excerpt(text));
            }
        }
        return Shape.of(dims);
    }

    /** Reads {@code f32} or {@code q<...>}. */
    ElementType element(WordContext word, AngleContext angle) {
        String name = word.getText();
        if (angle == null) {
            return scalar(word.getStart(), name);
        }
        if (!name.equals("q")) {
            throw new Fault(IrDiagnostic.BAD_TYPE, word,
                    "only q<...> takes parameters, not '" + Fault.excerpt(name) + "'");
        }
        if (angle.angleItem().size() != 2) {
            throw new Fault(IrDiagnostic.BAD_TYPE, angle, "q<...> takes storage:expressed and scales");
        }
        try {
            return quantized(angle.angleItem(0), angle.angleItem(1));
        } catch (NumberFormatException e) {
            throw new Fault(IrDiagnostic.BAD_TYPE, angle, "malformed number in " + Fault.excerpt(angle.getText()));
        } catch (IllegalArgumentException e) {
            throw new Fault(IrDiagnostic.BAD_TYPE, angle, e.getMessage());
        }
    }

    static ScalarType scalar(Token at, String name) {
        for (ScalarType type : ScalarType.values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        throw new Fault(IrDiagnostic.BAD_TYPE, at, "no element type '" + Fault.excerpt(name) + "'",
                Names.suggestion(name, SCALARS));
    }

    private static QuantizedType quantized(AngleItemContext head, AngleItemContext tail) {
        int parts = head.angleAtom().size();
        if (parts < 2 || parts > 5) {
            throw new Fault(IrDiagnostic.BAD_TYPE, head, "expected storage:expressed[:axis[:block | :group axis:group]]");
        }
        ScalarType storage = scalar(head.angleAtom(0).getStart(), head.angleAtom(0).getText());
        ScalarType expressed = scalar(head.angleAtom(1).getStart(), head.angleAtom(1).getText());
        if (parts == 2) {
            String zero = tail.angleAtom().size() > 1 ? tail.angleAtom(1).getText() : "0";
            if (tail.angleAtom().size() > 2 || tail.angleAtom(0).NUMBERS() != null) {
                throw new Fault(IrDiagnostic.BAD_TYPE, tail, "expected scale[:zero]");
            }
            return new QuantizedType.PerTensor(storage, expressed, Literals.parseFloat(tail.angleAtom(0).getText()),
                    Integer.parseInt(zero));
        }
        if (tail.angleAtom().size() != 1 || tail.angleAtom(0).NUMBERS() == null) {
            throw new Fault(IrDiagnostic.BAD_TYPE, tail, "expected {scale[:zero], ...}");
        }
        String numbers = tail.angleAtom(0).getText();
        String[] items = numbers.substring(1, numbers.length() - 1).split(",", -1);
        int axis = Integer.parseInt(head.angleAtom(2).getText());
        if (parts == 5) {
            return groups(storage, expressed, axis, head, items);
        }
        float[] scales = new float[items.length];
        int[] zeros = new int[items.length];
        for (int i = 0; i < items.length; i++) {
            String item = items[i].strip();
            int colon = item.indexOf(':');
            scales[i] = Literals.parseFloat(colon < 0 ? item : item.substring(0, colon));
            zeros[i] = colon < 0 ? 0 : Integer.parseInt(item.substring(colon + 1));
        }
        return parts == 3
                ? new QuantizedType.PerAxis(storage, expressed, axis, Floats.of(scales), Ints.of(zeros))
                : new QuantizedType.PerBlock(storage, expressed, axis, Integer.parseInt(head.angleAtom(3).getText()),
                        Floats.of(scales), Ints.of(zeros));
    }

    /** Reads {@code scale*multiplier*multiplier..., ...}. */
    private static QuantizedType groups(ScalarType storage, ScalarType expressed, int axis, AngleItemContext head,
            String[] items) {
        float[] scales = new float[items.length];
        List<Integer> multipliers = new ArrayList<>();
        for (int i = 0; i < items.length; i++) {
            String[] factors = items[i].strip().split("\\*", -1);
            scales[i] = Literals.parseFloat(factors[0].strip());
            if (multipliers.size() != (factors.length - 1) * i) {
                throw new IllegalArgumentException("scales have different numbers of group multipliers");
            }
            for (int g = 1; g < factors.length; g++) {
                multipliers.add(Integer.parseInt(factors[g].strip()));
            }
        }
        return new QuantizedType.PerGroup(storage, expressed, axis, Integer.parseInt(head.angleAtom(3).getText()),
                Integer.parseInt(head.angleAtom(4).getText()), Floats.of(scales), Ints.of(multipliers));
    }
}
