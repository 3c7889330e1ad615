package quantwright.backend.jvm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
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
            case float[][] a -> {
                boolean whole = true;
                for (float[] row : a) {
                    whole &= isWhole(row);
                }
                int length = a.length == 0 ? 0 : a[0].length;
                out = header(whole ? Form.WHOLE_ROWS : Form.ROWS, a.length, length, whole ? 1 : 4);
                for (float[] row : a) {
                    put(row, out, whole);
                }
            }
            default -> throw new IllegalArgumentException("no constant: " + array.getClass());
        }
        return out.rewind();
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
