package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * The arrays of one running model: its tensors, and scratch that steps share one after another. Constants are arrays
 * too, the same in every memory, and never written.
 */
public final class Memory {
    private final Object[] buffers;
    private float[][] rows = {};
    private float[][] accumulators = {};
    private int[][] sums = {};
    private float[] image = {};
    private float[] planes = {};
    private float[] floats = {};
    private float[] strip = {};
    private double[][] doubles = {};
    private int[] ints = {};
    private int[][][] exact = {};
    private int[] origins = {};

    /**
     * Fresh arrays beside shared constants.
     *
     * @param constants the model's constants
     * @param sources for each buffer the constant it is, or, negated less one, the fresh array it lies in
     * @param storages of the fresh arrays, ordinals of {@link Storage}
     * @param lengths of the fresh arrays, in slots
     */
    public Memory(Object[] constants, int[] sources, byte[] storages, int[] lengths) {
        Object[] fresh = new Object[lengths.length];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = Storage.values()[storages[i]].array(lengths[i]);
        }
        buffers = new Object[sources.length];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = sources[i] >= 0 ? constants[sources[i]] : fresh[-1 - sources[i]];
        }
    }

    /** The array behind buffer {@code i}. */
    public Object array(int i) {
        return buffers[i];
    }

    /** Buffer {@code i} of f32. */
    public float[] floats(int i) {
        return (float[]) buffers[i];
    }

    /** Buffer {@code i} of elements of at most 8 bits. */
    public byte[] bytes(int i) {
        return (byte[]) buffers[i];
    }

    /** At least {@code count} rows of at least {@code length}: the right operand of a product. */
    float[][] rows(int count, int length) {
        return rows = grown(rows, count, length);
    }

    /** At least {@code count} rows of at least {@code length}: float accumulators. */
    float[][] accumulators(int count, int length) {
        return accumulators = grown(accumulators, count, length);
    }

    /** At least {@code count} rows of at least {@code length}: integer sums. */
    int[][] sums(int count, int length) {
        if (sums.length < count || count > 0 && sums[0].length < length) {
            int most = Math.max(length, sums.length > 0 ? sums[0].length : 0);
            sums = new int[Math.max(count, sums.length)][most];
        }
        return sums;
    }

    /** An image as floats. */
    float[] image(int length) {
        if (image.length < length) {
            image = new float[length];
        }
        return image;
    }

    /** An image, channel by channel. */
    float[] planes(int length) {
        if (planes.length < length) {
            planes = new float[length];
        }
        return planes;
    }

    /** Scratch of a row. */
    float[] scratch(int length) {
        if (floats.length < length) {
            floats = new float[length];
        }
        return floats;
    }

    /** Two rows of doubles. */
    double[][] doubles(int length) {
        if (doubles.length == 0 || doubles[0].length < length) {
            doubles = new double[2][length];
        }
        return doubles;
    }

    /** Sums of a strip of pixels. */
    float[] strip(int length) {
        if (strip.length < length) {
            strip = new float[length];
        }
        return strip;
    }

    /** Scratch of a row. */
    int[] ints(int length) {
        if (ints.length < length) {
            ints = new int[length];
        }
        return ints;
    }

    /** A pair of arrays of exactly {@code length}, for functions that take whole arrays. */
    int[][] exactInts(int length) {
        for (int[][] pair : exact) {
            if (pair[0].length == length) {
                return pair;
            }
        }
        exact = Arrays.copyOf(exact, exact.length + 1);
        exact[exact.length - 1] = new int[2][length];
        return exact[exact.length - 1];
    }

    /** Offsets of the pixels under work. */
    int[] origins(int length) {
        if (origins.length < length) {
            origins = new int[length];
        }
        return origins;
    }

    private static float[][] grown(float[][] now, int count, int length) {
        if (now.length >= count && (count == 0 || now[0].length >= length)) {
            return now;
        }
        int most = Math.max(length, now.length > 0 ? now[0].length : 0);
        return new float[Math.max(count, now.length)][most];
    }
}
