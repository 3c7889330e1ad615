package quantwright.ir.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * A tensor's elements, dense and row-major, one Java array slot for each element. The array is {@code float[]} for f32,
 * {@code double[]} for f64, {@code short[]} for f16, bf16, i16 and u16 (raw bits), {@code int[]} for i32 and u32,
 * {@code long[]} for i64 and u64, and {@code byte[]} for everything of at most 8 bits (sign-extended if signed; sign1 as +1
 * or -1).
 */
public final class Tensor {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private final TensorType type;
    private final Object array;

    private Tensor(TensorType type, Object array, int length) {
        if (length != type.shape().elementCount()) {
            throw new IllegalArgumentException(length + " elements where " + type.shape() + " has "
                    + type.shape().elementCount());
        }
        this.type = type.canonical();
        this.array = array;
    }

    /** A tensor of zeros. */
    public static Tensor zeros(TensorType type) {
        int n = Math.toIntExact(type.shape().elementCount());
        return switch (type.storage()) {
            case F64 -> new Tensor(type, new double[n], n);
            case F32 -> new Tensor(type, new float[n], n);
            case F16, BF16, I16, U16 -> new Tensor(type, new short[n], n);
            case I32, U32 -> new Tensor(type, new int[n], n);
            case I64, U64 -> new Tensor(type, new long[n], n);
            case I8, U8, I4, U4, I2, U2, SIGN1, BOOL -> new Tensor(type, new byte[n], n);
        };
    }

    /** Wraps f32 elements. */
    public static Tensor of(TensorType type, float[] elements) {
        return checked(type, elements, elements.length, ScalarType.F32);
    }

    /** Wraps f64 elements. */
    public static Tensor of(TensorType type, double[] elements) {
        return checked(type, elements, elements.length, ScalarType.F64);
    }

    /** Wraps elements of at most 8 bits. */
    public static Tensor of(TensorType type, byte[] elements) {
        if (type.storage().bits() > 8) {
            throw new IllegalArgumentException("bytes given for " + type.storage());
        }
        return new Tensor(type, elements, elements.length);
    }

    /** Wraps 16-bit elements. */
    public static Tensor of(TensorType type, short[] elements) {
        if (type.storage().bits() != 16) {
            throw new IllegalArgumentException("shorts given for " + type.storage());
        }
        return new Tensor(type, elements, elements.length);
    }

    /** Wraps i32 or u32 elements. */
    public static Tensor of(TensorType type, int[] elements) {
        return checked(type, elements, elements.length, ScalarType.I32, ScalarType.U32);
    }

    /** Wraps i64 or u64 elements. */
    public static Tensor of(TensorType type, long[] elements) {
        return checked(type, elements, elements.length, ScalarType.I64, ScalarType.U64);
    }

    /** A plain f32 tensor. */
    public static Tensor ofFloats(int[] dims, float... elements) {
        return of(TensorType.of(ScalarType.F32, dims), elements);
    }

    private static Tensor checked(TensorType type, Object array, int length, ScalarType... allowed) {
        if (!Arrays.asList(allowed).contains(type.storage())) {
            throw new IllegalArgumentException(array.getClass().getSimpleName() + " given for " + type.storage());
        }
        return new Tensor(type, array, length);
    }

    /** Type, without layout. */
    public TensorType type() {
        return type;
    }

    /** Number of elements. */
    public int size() {
        return (int) type.shape().elementCount();
    }

    /** The elements themselves, not a copy; f32 only. */
    public float[] floats() {
        return (float[]) array;
    }

    /** The elements themselves; f64 only. */
    public double[] doubles() {
        return (double[]) array;
    }

    /** The elements themselves; types of at most 8 bits only. */
    public byte[] bytes() {
        return (byte[]) array;
    }

    /** The elements themselves; 16-bit types only. */
    public short[] shorts() {
        return (short[]) array;
    }

    /** The elements themselves; i32 and u32 only. */
    public int[] ints() {
        return (int[]) array;
    }

    /** The elements themselves; i64 and u64 only. */
    public long[] longs() {
        return (long[]) array;
    }

    /** The backing Java array. */
    public Object array() {
        return array;
    }

    /** Element {@code i} as an integer (u64 wraps); integer and boolean types only. */
    public long integer(int i) {
        return switch (type.storage()) {
            case I64, U64 -> longs()[i];
            case I32 -> ints()[i];
            case U32 -> Integer.toUnsignedLong(ints()[i]);
            case I16 -> shorts()[i];
            case U16 -> Short.toUnsignedLong(shorts()[i]);
            case I8, I4, I2, SIGN1 -> bytes()[i];
            case U8, U4, U2, BOOL -> Byte.toUnsignedLong(bytes()[i]);
            case F64, F32, F16, BF16 -> throw new IllegalStateException(type.storage() + " is no integer type");
        };
    }

    /** Stores an integer, keeping the low bits of the storage. */
    public void setInteger(int i, long value) {
        switch (type.storage()) {
            case I64, U64 -> longs()[i] = value;
            case I32, U32 -> ints()[i] = (int) value;
            case I16, U16 -> shorts()[i] = (short) value;
            case I8, U8, I4, U4, I2, U2, SIGN1, BOOL -> bytes()[i] = (byte) value;
            case F64, F32, F16, BF16 -> throw new IllegalStateException(type.storage() + " is no integer type");
        }
    }

    /** The same elements under a type with the same storage and element count; shares the array. */
    public Tensor withType(TensorType other) {
        if (other.storage() != type.storage()) {
            throw new IllegalArgumentException(type.storage() + " data given for " + other.storage());
        }
        return new Tensor(other, array, size());
    }

    /** A copy that shares nothing. */
    public Tensor copy() {
        Tensor copy = zeros(type);
        System.arraycopy(array, 0, copy.array, 0, size());
        return copy;
    }

    /** Packs to little-endian bytes, sub-byte elements low bits first. */
    public byte[] pack() {
        byte[] out = new byte[Math.toIntExact(type.packedBytes())];
        MemorySegment target = MemorySegment.ofArray(out);
        int n = size();
        switch (type.storage()) {
            case F32 -> MemorySegment.copy(floats(), 0, target, FLOAT, 0, n);
            case F64 -> MemorySegment.copy(doubles(), 0, target, DOUBLE, 0, n);
            case F16, BF16, I16, U16 -> MemorySegment.copy(shorts(), 0, target, SHORT, 0, n);
            case I32, U32 -> MemorySegment.copy(ints(), 0, target, INT, 0, n);
            case I64, U64 -> MemorySegment.copy(longs(), 0, target, LONG, 0, n);
            case I8, U8, BOOL -> System.arraycopy(bytes(), 0, out, 0, n);
            case I4, U4, I2, U2, SIGN1 -> packBits(out);
        }
        return out;
    }

    private void packBits(byte[] out) {
        int bits = type.storage().bits();
        int mask = (1 << bits) - 1;
        for (int i = 0; i < size(); i++) {
            int code = type.storage() == ScalarType.SIGN1 ? (bytes()[i] < 0 ? 1 : 0) : bytes()[i] & mask;
            int at = i * bits;
            out[at >> 3] |= (byte) (code << (at & 7));
        }
    }

    /** Unpacks little-endian bytes, sub-byte elements low bits first. */
    public static Tensor unpack(TensorType type, MemorySegment packed) {
        Tensor out = zeros(type);
        int n = out.size();
        switch (type.storage()) {
            case F32 -> MemorySegment.copy(packed, FLOAT, 0, out.floats(), 0, n);
            case F64 -> MemorySegment.copy(packed, DOUBLE, 0, out.doubles(), 0, n);
            case F16, BF16, I16, U16 -> MemorySegment.copy(packed, SHORT, 0, out.shorts(), 0, n);
            case I32, U32 -> MemorySegment.copy(packed, INT, 0, out.ints(), 0, n);
            case I64, U64 -> MemorySegment.copy(packed, LONG, 0, out.longs(), 0, n);
            case I8, U8, BOOL -> MemorySegment.copy(packed, ValueLayout.JAVA_BYTE, 0, out.bytes(), 0, n);
            case I4, U4, I2, U2, SIGN1 -> out.unpackBits(packed);
        }
        return out;
    }

    private void unpackBits(MemorySegment packed) {
        ScalarType storage = type.storage();
        int bits = storage.bits();
        int mask = (1 << bits) - 1;
        for (int i = 0; i < size(); i++) {
            int at = i * bits;
            int code = (packed.get(ValueLayout.JAVA_BYTE, at >> 3) >> (at & 7)) & mask;
            if (storage == ScalarType.SIGN1) {
                code = code == 0 ? 1 : -1;
            } else if (storage.kind() == ScalarType.Kind.SIGNED) {
                code = code << (32 - bits) >> (32 - bits);
            }
            bytes()[i] = (byte) code;
        }
    }

    /** Number of elements whose bits differ, NaNs of any payload counting as equal; types must have one storage. */
    public long countDifferences(Tensor other) {
        if (other.type.storage() != type.storage() || other.size() != size()) {
            throw new IllegalArgumentException("comparing " + type + " with " + other.type);
        }
        long different = 0;
        for (int i = 0; i < size(); i++) {
            boolean same = switch (type.storage()) {
                case F32 -> Float.floatToIntBits(floats()[i]) == Float.floatToIntBits(other.floats()[i]);
                case F64 -> Double.doubleToLongBits(doubles()[i]) == Double.doubleToLongBits(other.doubles()[i]);
                case F16, BF16 -> shorts()[i] == other.shorts()[i];
                default -> integer(i) == other.integer(i);
            };
            if (!same) {
                different++;
            }
        }
        return different;
    }

    @Override
    public String toString() {
        return "tensor " + type.storage() + " " + type.shape();
    }
}
