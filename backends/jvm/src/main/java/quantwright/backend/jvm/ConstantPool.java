package quantwright.backend.jvm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.jvm.runtime.Constants.Form;

/** The arrays a model's steps use, each once, in the form that {@code Constants} reads. */
final class ConstantPool {
    private final Map<ByteBuffer, Integer> known = new HashMap<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /** Index of an array; equal arrays share one. */
    int index(Object array) {
        ByteBuffer encoded = encode(array);
        Integer before = known.putIfAbsent(encoded, known.size());
        if (before == null) {
            content.writeBytes(encoded.array());
        }
        return known.get(encoded);
    }

    /** The resource. */
    byte[] content() {
        byte[] arrays = content.toByteArray();
        return ByteBuffer.allocate(4 + arrays.length).order(ByteOrder.LITTLE_ENDIAN).putInt(known.size()).put(arrays)
                .array();
    }

    private static ByteBuffer encode(Object array) {
        ByteBuffer out;
        switch (array) {
            case byte[] a -> out = header(Form.BYTES, 1, a.length, 1).put(a);
            case short[] a -> {
                out = header(Form.SHORTS, 1, a.length, 2);
                out.asShortBuffer().put(a);
            }
            case int[] a -> {
                out = header(Form.INTS, 1, a.length, 4);
                out.asIntBuffer().put(a);
            }
            case long[] a -> {
                out = header(Form.LONGS, 1, a.length, 8);
                out.asLongBuffer().put(a);
            }
            case double[] a -> {
                out = header(Form.DOUBLES, 1, a.length, 8);
                out.asDoubleBuffer().put(a);
            }
            case float[] a -> {
                boolean whole = isWhole(a);
                out = header(whole ? Form.WHOLE_FLOATS : Form.FLOATS, 1, a.length, whole ? 1 : 4);
                put(a, out, whole);
            }
            case float[][] a -> out = rows(a);
            default -> throw new IllegalArgumentException("no constant: " + array.getClass());
        }
        return out.rewind();
    }

    /** Rows in the fewest bits that hold all their elements. */
    private static ByteBuffer rows(float[][] a) {
        int length = a.length == 0 ? 0 : a[0].length;
        for (Form form : List.of(Form.ROWS_OF_SIGNS, Form.ROWS_OF_2_BITS, Form.ROWS_OF_4_BITS)) {
            int bits = form == Form.ROWS_OF_SIGNS ? 1 : form == Form.ROWS_OF_2_BITS ? 2 : 4;
            if (Arrays.stream(a).allMatch(row -> fits(row, bits))) {
                return packed(a, length, form, bits);
            }
        }
        boolean whole = Arrays.stream(a).allMatch(ConstantPool::isWhole);
        ByteBuffer out = header(whole ? Form.WHOLE_ROWS : Form.ROWS, a.length, length, whole ? 1 : 4);
        for (float[] row : a) {
            put(row, out, whole);
        }
        return out;
    }

    private static boolean fits(float[] row, int bits) {
        for (float v : row) {
            boolean fits = bits == 1 ? v == 1 || v == -1 : v >= -(1 << bits - 1) && v < 1 << bits - 1;
            if (!fits || Float.floatToRawIntBits((byte) v) != Float.floatToRawIntBits(v)) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer packed(float[][] a, int length, Form form, int bits) {
        byte[] bytes = new byte[Math.toIntExact(Math.ceilDiv((long) a.length * length * bits, 8))];
        for (int row = 0; row < a.length; row++) {
            for (int i = 0; i < length; i++) {
                long at = ((long) row * length + i) * bits;
                int value = bits == 1 ? a[row][i] < 0 ? 1 : 0 : (int) a[row][i] & (1 << bits) - 1;
                bytes[(int) (at >> 3)] |= (byte) (value << (at & 7));
            }
        }
        return ByteBuffer.allocate(9 + bytes.length).order(ByteOrder.LITTLE_ENDIAN).put((byte) form.ordinal())
                .putInt(a.length).putInt(length).put(bytes);
    }

    private static ByteBuffer header(Form form, int rows, int length, int bytes) {
        int size = Math.addExact(9, Math.multiplyExact(Math.multiplyExact(rows, length), bytes));
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put((byte) form.ordinal()).putInt(rows)
                .putInt(length);
    }

    private static void put(float[] a, ByteBuffer out, boolean whole) {
        for (float v : a) {
            if (whole) {
                out.put((byte) v);
            } else {
                out.putFloat(v);
            }
        }
    }

    /** Whether every element is an i8, and no zero negative. */
    private static boolean isWhole(float[] a) {
        for (float v : a) {
            if (Float.floatToRawIntBits((byte) v) != Float.floatToRawIntBits(v)) {
                return false;
            }
        }
        return true;
    }
}
