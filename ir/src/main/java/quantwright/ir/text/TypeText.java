package quantwright.ir.text;

import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Prints types: {@code f32[1x8]}, {@code q<i8:f32, 0.5:-3>[1x8]}, {@code q<i8:f32:0, {0.5, 0.25:1}>[2x8]} per axis 0,
 * {@code q<i4:f32:1:32, {...}>[8x64]} in blocks of 32 along axis 1, {@code q<i4:f32:0:1:32, {0.5*3*255, ...}>[8x64]} per
 * axis 0 with multipliers for groups of 32 along axis 1. A zero point of 0 is not printed.
 */
public final class TypeText {
    private TypeText() {
    }

    /** The type's text, layout aside. */
    public static String of(TensorType type) {
        StringBuilder out = new StringBuilder();
        print(type, out);
        return out.toString();
    }

    static void print(TensorType type, StringBuilder out) {
        print(type.element(), out);
        out.append('[').append(type.shape()).append(']');
    }

    static void print(ElementType element, StringBuilder out) {
        switch (element) {
            case ScalarType s -> out.append(s);
            case QuantizedType.PerTensor q -> {
                head(q, out);
                parameter(q, 0, out.append(", "));
                out.append('>');
            }
            case QuantizedType.PerAxis q -> {
                head(q, out);
                out.append(':').append(q.axis());
                parameters(q, out);
            }
            case QuantizedType.PerBlock q -> {
                head(q, out);
                out.append(':').append(q.axis()).append(':').append(q.blockSize());
                parameters(q, out);
            }
            case QuantizedType.PerGroup q -> {
                head(q, out);
                out.append(':').append(q.axis()).append(':').append(q.groupAxis()).append(':').append(q.groupSize());
                groups(q, out);
            }
        }
    }

    private static void groups(QuantizedType.PerGroup q, StringBuilder out) {
        for (int i = 0; i < q.scales().size(); i++) {
            out.append(i == 0 ? ", {" : ", ").append(Literals.text(q.scales().get(i)));
            for (int g = 0; g < q.groups(); g++) {
                out.append('*').append(q.multipliers().get(i * q.groups() + g));
            }
        }
        out.append("}>");
    }

    private static void head(QuantizedType q, StringBuilder out) {
        out.append("q<").append(q.storage()).append(':').append(q.expressed());
    }

    private static void parameters(QuantizedType q, StringBuilder out) {
        out.append(", {");
        for (int i = 0; i < q.scaleCount(); i++) {
            parameter(q, i, i == 0 ? out : out.append(", "));
        }
        out.append("}>");
    }

    private static void parameter(QuantizedType q, int i, StringBuilder out) {
        out.append(Literals.text(q.scale(i)));
        if (q.zeroPoint(i) != 0) {
            out.append(':').append(q.zeroPoint(i));
        }
    }
}
