package quantwright.ir.arith;

/** Conversions between f32 and the 16-bit formats, nearest with ties to even, subnormals kept, NaN quiet. */
public final class HalfFloats {
    private HalfFloats() {
    }

    /** IEEE binary16 bits of a value; beyond 65,520 infinity. */
    public static short toF16(float x) {
        return Float.floatToFloat16(x);
    }

    /** Value of IEEE binary16 bits; exact. */
    public static float fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }

    /**
     * bfloat16 bits of a value: {@code (bits + 0x7fff + ((bits >> 16) & 1)) >> 16}; a NaN keeps its top bits and gets
     * the quiet bit.
     */
    public static short toBf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** Value of bfloat16 bits; exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
