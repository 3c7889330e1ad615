package quantwright.backend.jvm.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a model's constants: arrays one after another, little-endian, each with its {@link Form}, the number of rows
 * and the length of one.
 */
public final class Constants {
    /** How an array is written. */
    public enum Form {
        /** {@code byte[]}. */
        BYTES,
        /** {@code short[]}. */
        SHORTS,
        /** {@code int[]}. */
        INTS,
        /** {@code long[]}. */
        LONGS,
        /** {@code double[]}. */
        DOUBLES,
        /** {@code float[]}. */
        FLOATS,
        /** {@code float[]} of whole numbers, as bytes. */
        WHOLE_FLOATS,
        /** {@code float[][]} of equal rows. */
        ROWS,
        /** {@code float[][]} of equal rows of whole numbers, as bytes. */
        WHOLE_ROWS,
        /** {@code float[][]} of equal rows of whole numbers, in 4 bits, the low ones first. */
        ROWS_OF_4_BITS,
        /** {@code float[][]} of equal rows of whole numbers, in 2 bits, the low ones first. */
        ROWS_OF_2_BITS,
        /** {@code float[][]} of equal rows of signs, in 1 bit, the low ones first: 0 for 1, 1 for -1. */
        ROWS_OF_SIGNS
    }

    private Constants() {
    }

    /** The arrays of a resource beside a class. */
    public static Object[] read(Class<?> model, String resource) {
        try (InputStream in = model.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " of " + model.getName() + " is missing");
            }
            ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            Object[] arrays = new Object[bytes.getInt()];
            for (int i = 0; i < arrays.length; i++) {
                arrays[i] = array(bytes, Form.values()[bytes.get()], bytes.getInt(), bytes.getInt());
            }
            return arrays;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object array(ByteBuffer bytes, Form form, int rows, int length) {
        switch (form) {
            case BYTES -> {
                byte[] out = new byte[length];
                bytes.get(out);
                return out;
            }
            case SHORTS -> {
                short[] out = new short[length];
                bytes.asShortBuffer().get(out);
                bytes.position(bytes.position() + 2 * length);
                return out;
            }
            case INTS -> {
                int[] out = new int[length];
                bytes.asIntBuffer().get(out);
                bytes.position(bytes.position() + 4 * length);
                return out;
            }
            case LONGS -> {
                long[] out = new long[length];
                bytes.asLongBuffer().get(out);
                bytes.position(bytes.position() + 8 * length);
                return out;
            }
            case DOUBLES -> {
                double[] out = new double[length];
                bytes.asDoubleBuffer().get(out);
                bytes.position(bytes.position() + 8 * length);
                return out;
            }
            case FLOATS, WHOLE_FLOATS -> {
                float[] out = new float[length];
                floats(bytes, out, form == Form.WHOLE_FLOATS);
                return out;
            }
            case ROWS, WHOLE_ROWS -> {
                float[][] out = new float[rows][length];
                for (float[] row : out) {
                    floats(bytes, row, form == Form.WHOLE_ROWS);
                }
                return out;
            }
            case ROWS_OF_4_BITS -> {
                return packed(bytes, rows, length, 4);
            }
            case ROWS_OF_2_BITS -> {
                return packed(bytes, rows, length, 2);
            }
            case ROWS_OF_SIGNS -> {
                return packed(bytes, rows, length, 1);
            }
        }
        throw new IllegalStateException(form.toString());
    }

    private static float[][] packed(ByteBuffer bytes, int rows, int length, int bits) {
        float[][] out = new float[rows][length];
        int held = 0;
        int left = 0;
        for (float[] row : out) {
            for (int i = 0; i < length; i++) {
                if (left == 0) {
                    held = bytes.get();
                    left = 8;
                }
                int value = held << 32 - bits >> 32 - bits;
                row[i] = bits == 1 ? 1 + 2 * value : value;
                held >>= bits;
                left -= bits;
            }
        }
        return out;
    }

    private static void floats(ByteBuffer bytes, float[] out, boolean whole) {
        if (!whole) {
            bytes.asFloatBuffer().get(out);
            bytes.position(bytes.position() + 4 * out.length);
            return;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes.get();
        }
    }
}
