package quantwright.ir.type;

/**
 * Scalar element and storage types. Sub-byte types are packed on disk and in memory (low bits first) but are handled one
 * element per Java array slot by {@link quantwright.ir.data.Tensor}.
 */
public enum ScalarType implements ElementType {
    F64("f64", 64, Kind.FLOAT), F32("f32", 32, Kind.FLOAT), F16("f16", 16, Kind.FLOAT), BF16("bf16", 16, Kind.FLOAT),
    I64("i64", 64, Kind.SIGNED), I32("i32", 32, Kind.SIGNED), I16("i16", 16, Kind.SIGNED), I8("i8", 8, Kind.SIGNED),
    I4("i4", 4, Kind.SIGNED), I2("i2", 2, Kind.SIGNED),
    U64("u64", 64, Kind.UNSIGNED), U32("u32", 32, Kind.UNSIGNED), U16("u16", 16, Kind.UNSIGNED),
    U8("u8", 8, Kind.UNSIGNED), U4("u4", 4, Kind.UNSIGNED), U2("u2", 2, Kind.UNSIGNED),
    /** One bit per element: bit 0 is +1, bit 1 is -1. */
    SIGN1("sign1", 1, Kind.SIGNED),
    BOOL("bool", 8, Kind.BOOLEAN);

    /** Interpretation of the bits. */
    public enum Kind { FLOAT, SIGNED, UNSIGNED, BOOLEAN }

    private final String text;
    private final int bits;
    private final Kind kind;

    ScalarType(String text, int bits, Kind kind) {
        this.text = text;
        this.bits = bits;
        this.kind = kind;
    }

    /** Width in bits of one packed element. */
    public int bits() {
        return bits;
    }

    /** Interpretation of the bits. */
    public Kind kind() {
        return kind;
    }

    /** Whether this is a floating-point type. */
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /** Whether this is a signed or unsigned integer type. */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /** Bytes that {@code count} packed elements take, rounded up to whole bytes. */
    public long packedBytes(long count) {
        return (Math.multiplyExact(count, (long) bits) + 7) / 8;
    }

    /** Smallest representable integer; integers of at most 32 bits, {@code u32} and {@code sign1} only. */
    public long minValue() {
        return switch (kind) {
            case SIGNED -> this == SIGN1 ? -1 : -(1L << (bits - 1));
            case UNSIGNED, BOOLEAN -> 0;
            case FLOAT -> throw new IllegalArgumentException(text + " has no integer range");
        };
    }

    /** Largest representable integer, as {@link #minValue()}. */
    public long maxValue() {
        return switch (kind) {
            case SIGNED -> this == SIGN1 ? 1 : (1L << (bits - 1)) - 1;
            case UNSIGNED -> bits == 64 ? Long.MAX_VALUE : (1L << bits) - 1;
            case BOOLEAN -> 1;
            case FLOAT -> throw new IllegalArgumentException(text + " has no integer range");
        };
    }

    @Override
    public ScalarType storage() {
        return this;
    }

    /** The type's name in the text form. */
    @Override
    public String toString() {
        return text;
    }
}
