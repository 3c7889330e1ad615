package quantwright.compiler.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/** Element type of a stored array; always little-endian, elements at any byte alignment. */
public enum NumericType {
    /** IEEE binary16. */
    F16("<f2", 2),
    /** IEEE binary32. */
    F32("<f4", 4),
    /** IEEE binary64. */
    F64("<f8", 8),
    /** Signed 8 bits. */
    I8("|i1", 1),
    /** Unsigned 8 bits. */
    U8("|u1", 1),
    /** Signed 16 bits. */
    I16("<i2", 2),
    /** Unsigned 16 bits. */
    U16("<u2", 2),
    /** Signed 32 bits. */
    I32("<i4", 4),
    /** Unsigned 32 bits. */
    U32("<u4", 4),
    /** Signed 64 bits. */
    I64("<i8", 8),
    /** Unsigned 64 bits. */
    U64("<u8", 8),
    /** One byte per truth value, 0 or 1. */
    BOOL("|b1", 1);

    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String descr;
    private final int bytes;

    NumericType(String descr, int bytes) {
        this.descr = descr;
        this.bytes = bytes;
    }

    /** {@return the array-protocol type string NumPy writes, such as {@code <f4}} */
    public String descr() {
        return descr;
    }

    /** {@return size of one element in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return whether elements can be NaN or infinite} */
    public boolean isFloat() {
        return this == F16 || this == F32 || this == F64;
    }

    /**
     * Finds the type of a NumPy type string; the byte-order mark may be any of those that mean little-endian.
     *
     * @param descr such as {@code <f4}, {@code |u1}, {@code =i8}
     * @return the type, or empty when there is none
     */
    public static Optional<NumericType> ofDescr(String descr) {
        if (descr.length() != 3) {
            return Optional.empty();
        }
        char order = descr.charAt(0);
        for (var type : values()) {
            boolean sameKind = type.descr.regionMatches(1, descr, 1, 2);
            if (sameKind && (order == '<' || order == '=' || (order == '|' && type.bytes == 1))) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Reads one element as f32. Integers beyond 2^24 and f64 values round to nearest even.
     *
     * @param data the array
     * @param index element index
     * @return its value
     */
    public float floatAt(MemorySegment data, long index) {
        return switch (this) {
            case F32 -> data.get(FLOAT, index * 4);
            case F16 -> Float.float16ToFloat(data.get(SHORT, index * 2));
            case F64 -> (float) data.get(DOUBLE, index * 8);
            case U64 -> unsignedToFloat(data.get(LONG, index * 8));
            case I8, U8, I16, U16, I32, U32, I64, BOOL -> (float) longAt(data, index);
        };
    }

    /**
     * Reads one element of an integer array.
     *
     * @param data the array
     * @param index element index
     * @return its value; an unsigned 64-bit value keeps its bits
     * @throws IllegalStateException if this is a floating-point type
     */
    public long longAt(MemorySegment data, long index) {
        return switch (this) {
            case I8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case U8, BOOL -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, index));
            case I16 -> data.get(SHORT, index * 2);
            case U16 -> Short.toUnsignedInt(data.get(SHORT, index * 2));
            case I32 -> data.get(INT, index * 4);
            case U32 -> Integer.toUnsignedLong(data.get(INT, index * 4));
            case I64, U64 -> data.get(LONG, index * 8);
            case F16, F32, F64 -> throw new IllegalStateException(this + " is not an integer type");
        };
    }

    private static float unsignedToFloat(long value) {
        if (value >= 0) {
            return (float) value;
        }
        // Halve with a sticky low bit, so that the one rounding is still to nearest even.
        return (float) ((value >>> 1) | (value & 1)) * 2f;
    }
}
