package quantwright.backend.llvm.text;

import java.util.Objects;

/**
 * An SSA value or constant operand. Values belong to the function that made them; constants may be used anywhere.
 *
 * @param type     LLVM type
 * @param text     operand as written after the type: {@code %7}, {@code 42}, {@code splat (i32 1)}
 * @param constant the value of an integer scalar constant, sign-extended, or null when it is not one
 */
public record Value(IrType type, String text, Long constant) {
    public Value {
        Objects.requireNonNull(type);
        Objects.requireNonNull(text);
    }

    /** Integer constant of {@code type}; a vector type gives a splat. */
    public static Value of(IrType type, long value) {
        if (!type.isInt()) {
            throw new IllegalArgumentException("integer constant of type " + type);
        }
        long v = type.bits() == 1 ? (value & 1) : value;
        String lit = type.bits() == 1 ? (v != 0 ? "true" : "false") : Long.toString(v);
        return type.isVector()
            ? new Value(type, v == 0 ? "zeroinitializer" : "splat (" + type.element() + " " + lit + ")", null)
            : new Value(type, lit, v);
    }

    public static Value i32(int value) {
        return of(IrType.I32, value);
    }

    public static Value i64(long value) {
        return of(IrType.I64, value);
    }

    /** Float constant of a {@code float} type, exact for every bit pattern but NaN payloads; a vector gives a splat. */
    public static Value of(IrType type, float value) {
        if (!type.isFloat()) {
            throw new IllegalArgumentException("float constant of type " + type);
        }
        String lit = literal(value);
        return new Value(type, type.isVector() ? "splat (" + type.element() + " " + lit + ")" : lit, null);
    }

    public static Value f32(float value) {
        return of(IrType.F32, value);
    }

    /** Vector constant with one integer per lane. */
    public static Value vector(IrType element, long... values) {
        var sb = new StringBuilder("<");
        for (int i = 0; i < values.length; i++) {
            sb.append(i == 0 ? "" : ", ").append(element).append(' ');
            if (element.bits() == 1) {
                sb.append(values[i] != 0 ? "true" : "false");
            } else {
                sb.append(values[i]);
            }
        }
        return new Value(element.vec(values.length), sb.append('>').toString(), null);
    }

    /** Vector constant with one float per lane. */
    public static Value vector(float... values) {
        var sb = new StringBuilder("<");
        for (int i = 0; i < values.length; i++) {
            sb.append(i == 0 ? "" : ", ").append("float ").append(literal(values[i]));
        }
        return new Value(IrType.F32.vec(values.length), sb.append('>').toString(), null);
    }

    /** The zero of any type (null for pointers). */
    public static Value zero(IrType type) {
        return switch (type.kind()) {
            case INT -> of(type, 0);
            case FLOAT, POINTER -> new Value(type, type.isVector() ? "zeroinitializer"
                : type.isFloat() ? "0.0" : "null", null);
            case VOID -> throw new IllegalArgumentException("zero of void");
        };
    }

    /** A value whose content does not matter. */
    public static Value poison(IrType type) {
        return new Value(type, "poison", null);
    }

    /** {@code type text}, the form operands of calls and stores take. */
    String typed() {
        return type + " " + text;
    }

    private static String literal(float value) {
        return "0x" + String.format("%016X", Double.doubleToRawLongBits(value));
    }
}
