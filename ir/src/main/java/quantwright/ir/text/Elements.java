package quantwright.ir.text;

import java.lang.foreign.MemorySegment;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elements of small constants as lists of numbers; floats and NaN payloads keep their bits. */
final class Elements {
    private Elements() {
    }

    /** Whether printing the elements keeps every byte: false if unused bits of the last byte are set. */
    static boolean isCanonical(ConstantData data) {
        return data.type().storage().bits() >= 8
                || MemorySegment.ofArray(data.toTensor().pack()).mismatch(data.bytes()) < 0;
    }

    /** Appends {@code [e0, e1, ...]}. */
    static void print(ConstantData data, StringBuilder out) {
        Tensor t = data.toTensor();
        out.append('[');
        for (int i = 0; i < t.size(); i++) {
            out.append(i == 0 ? "" : ", ").append(element(t, i));
        }
        out.append(']');
    }

    private static String element(Tensor t, int i) {
        return switch (t.type().storage()) {
            case F32 -> Literals.text(t.floats()[i]);
            case F64 -> Literals.text(t.doubles()[i]);
            case F16 -> half(t.shorts()[i], Float.float16ToFloat(t.shorts()[i]));
            case BF16 -> half(t.shorts()[i], Float.intBitsToFloat(t.shorts()[i] << 16));
            case U64 -> Long.toUnsignedString(t.longs()[i]);
            default -> Long.toString(t.integer(i));
        };
    }

    private static String half(short bits, float value) {
        return Float.isNaN(value) ? "nan:0x" + Integer.toHexString(bits & 0xffff) : Literals.text(value);
    }

    /**
     * Reads a list of elements.
     *
     * @throws IllegalArgumentException if count or an element does not fit the type; the message says how
     */
    static ConstantData parse(TensorType type, String[] items) {
        if (type.shape().elementCount() != items.length) {
            throw new IllegalArgumentException(items.length + " elements where " + type.storage() + "[" + type.shape()
                    + "] has " + type.shape().elementCount());
        }
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < items.length; i++) {
            try {
                store(t, i, items[i]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + items[i] + "' is no " + type.storage(), e);
            }
        }
        return ConstantData.of(t);
    }

    private static void store(Tensor t, int i, String text) {
        ScalarType storage = t.type().storage();
        switch (storage) {
            case F32 -> t.floats()[i] = Literals.parseFloat(text);
            case F64 -> t.doubles()[i] = Literals.parseDouble(text);
            case F16 -> t.shorts()[i] = text.startsWith("nan:0x") ? bits(text)
                    : exact(Float.floatToFloat16(Literals.parseFloat(text)), text, storage);
            case BF16 -> t.shorts()[i] = text.startsWith("nan:0x") ? bits(text)
                    : exact((short) (Float.floatToRawIntBits(Literals.parseFloat(text)) >>> 16), text, storage);
            case U64 -> t.longs()[i] = Long.parseUnsignedLong(text);
            case I64 -> t.longs()[i] = Long.parseLong(text);
            default -> {
                long value = Long.parseLong(text);
                long max = storage == ScalarType.BOOL ? 255 : storage.maxValue();
                if (value < storage.minValue() || value > max || storage == ScalarType.SIGN1 && value == 0) {
                    throw new NumberFormatException(text);
                }
                t.setInteger(i, value);
            }
        }
    }

    private static short bits(String text) {
        int bits = Integer.parseUnsignedInt(text.substring(6), 16);
        if (bits >>> 16 != 0) {
            throw new NumberFormatException(text);
        }
        return (short) bits;
    }

    private static short exact(short bits, String text, ScalarType storage) {
        float back = storage == ScalarType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
        if (Float.compare(back, Literals.parseFloat(text)) != 0) {
            throw new NumberFormatException(text);
        }
        return bits;
    }
}
