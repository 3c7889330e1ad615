package quantwright.npu.isa;

/**
 * Storage type of elements in the scratchpad. Elements of less than a byte are packed from the least significant bits
 * up
 * and a row of them starts at a byte.
 */
public enum NumberType {
    /** Signed 8 bits. */
    I8(8, true),
    /** Unsigned 8 bits. */
    U8(8, false),
    /** Signed 16 bits, little-endian. */
    I16(16, true),
    /** Signed 4 bits. */
    I4(4, true),
    /** Unsigned 4 bits. */
    U4(4, false),
    /** Signed 2 bits. */
    I2(2, true),
    /** Unsigned 2 bits. */
    U2(2, false),
    /** One bit: 0 is +1, 1 is -1. */
    SIGN1(1, true);

    private final int bits;
    private final boolean signed;

    NumberType(int bits, boolean signed) {
        this.bits = bits;
        this.signed = signed;
    }

    /** Width in bits. */
    public int bits() {
        return bits;
    }

    /** Bytes of {@code count} elements stored one after another. */
    public long bytes(long count) {
        return (count * bits + 7) / 8;
    }

    /** Least value. */
    public int min() {
        return this == SIGN1 ? -1 : signed ? -(1 << (bits - 1)) : 0;
    }

    /** Greatest value. */
    public int max() {
        return this == SIGN1 ? 1 : signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    }
}
