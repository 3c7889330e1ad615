package quantwright.backend.jvm.runtime;

/** How elements lie in a Java array: one for each slot, types below 8 bits sign- or zero-extended in a byte. */
public enum Storage {
    /** Signed, in {@code byte[]}. */
    I8,
    /** Unsigned, in {@code byte[]}. */
    U8,
    /** Signed, in {@code short[]}. */
    I16,
    /** Unsigned, in {@code short[]}. */
    U16,
    /** Signed, in {@code int[]}. */
    I32,
    /** Unsigned, in {@code int[]}. */
    U32,
    /** 64 bits, in {@code long[]}. */
    I64,
    /**
     * Integers as floats, in {@code float[]}: what quantized tensors of at most 8 bits are between steps. The JIT makes
     * vectors of loops over floats, hardly of loops that convert bytes.
     */
    WHOLE,
    /** f32, in {@code float[]}. */
    F32,
    /** f64, in {@code double[]}. */
    F64,
    /** Unsigned, in {@code long[]}. */
    U64;

    /** A fresh array of zeros. */
    public Object array(int length) {
        return switch (this) {
            case I8, U8 -> new byte[length];
            case I16, U16 -> new short[length];
            case I32, U32 -> new int[length];
            case I64, U64 -> new long[length];
            case WHOLE, F32 -> new float[length];
            case F64 -> new double[length];
        };
    }

    /** Bytes of one slot. */
    public int bytes() {
        return switch (this) {
            case I8, U8 -> 1;
            case I16, U16 -> 2;
            case I32, U32, WHOLE, F32 -> 4;
            case I64, F64, U64 -> 8;
        };
    }

    /** Element {@code i} of an integer array. */
    public long get(Object array, int i) {
        return switch (this) {
            case I8 -> ((byte[]) array)[i];
            case U8 -> ((byte[]) array)[i] & 0xff;
            case I16 -> ((short[]) array)[i];
            case U16 -> ((short[]) array)[i] & 0xffff;
            case I32 -> ((int[]) array)[i];
            case U32 -> ((int[]) array)[i] & 0xffffffffL;
            case I64, U64 -> ((long[]) array)[i];
            case WHOLE -> (long) ((float[]) array)[i];
            case F32, F64 -> throw new IllegalArgumentException("no integers: " + this);
        };
    }

    /** Stores the low bits of an integer. */
    public void set(Object array, int i, long value) {
        switch (this) {
            case I8, U8 -> ((byte[]) array)[i] = (byte) value;
            case I16, U16 -> ((short[]) array)[i] = (short) value;
            case I32, U32 -> ((int[]) array)[i] = (int) value;
            case I64, U64 -> ((long[]) array)[i] = value;
            case WHOLE -> ((float[]) array)[i] = value;
            case F32, F64 -> throw new IllegalArgumentException("no integers: " + this);
        }
    }

    /** Elements as ints, less a zero point. */
    public void centre(Object array, int from, int zero, int[] out, int n) {
        switch (this) {
            case I8 -> {
                byte[] q = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    out[i] = q[from + i] - zero;
                }
            }
            case WHOLE -> {
                float[] q = (float[]) array;
                for (int i = 0; i < n; i++) {
                    out[i] = (int) q[from + i] - zero;
                }
            }
            case I32 -> {
                int[] q = (int[]) array;
                for (int i = 0; i < n; i++) {
                    out[i] = q[from + i] - zero;
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    out[i] = (int) get(array, from + i) - zero;
                }
            }
        }
    }

    /** Elements as floats, less a zero point where they are integers; exact up to 24 bits. */
    public void widen(Object array, int from, int zero, float[] out, int at, int n) {
        switch (this) {
            case F32 -> System.arraycopy(array, from, out, at, n);
            case WHOLE -> {
                System.arraycopy(array, from, out, at, n);
                if (zero != 0) {
                    for (int i = at; i < at + n; i++) {
                        out[i] -= zero;
                    }
                }
            }
            case I8 -> {
                byte[] q = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    out[at + i] = q[from + i] - zero;
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    out[at + i] = (int) get(array, from + i) - zero;
                }
            }
        }
    }

    /** Stores ints. */
    public void narrow(int[] values, Object array, int at, int n) {
        switch (this) {
            case I8, U8 -> {
                byte[] out = (byte[]) array;
                for (int i = 0; i < n; i++) {
                    out[at + i] = (byte) values[i];
                }
            }
            case WHOLE -> {
                float[] out = (float[]) array;
                for (int i = 0; i < n; i++) {
                    out[at + i] = values[i];
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    set(array, at + i, values[i]);
                }
            }
        }
    }
}
