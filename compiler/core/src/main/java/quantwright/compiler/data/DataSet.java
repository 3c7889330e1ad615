package quantwright.compiler.data;

import java.lang.foreign.MemorySegment;
import quantwright.compiler.importer.FormatException;

/**
 * Samples of one shape and type, with labels or without. Reading is random access and safe from several threads; a
 * data set holds its samples as stored, never as f32.
 */
public interface DataSet {
    /** {@return the file or folder, as the user named it} */
    String name();

    /** {@return number of samples, at least one} */
    long size();

    /** {@return extents of one sample, outermost first} */
    long[] sampleShape();

    /** {@return stored element type} */
    NumericType type();

    /** {@return whether each sample has a label} */
    boolean labelled();

    /**
     * The label of a sample, as stored.
     *
     * @param sample index
     * @return class index
     * @throws IllegalStateException if the data set has no labels
     */
    long label(long sample);

    /**
     * Reads stored elements, little-endian, samples one after the other.
     *
     * @param first index of the first sample
     * @param count how many
     * @param into at least {@code count * sampleBytes()} bytes
     * @throws FormatException if a sample cannot be decoded
     */
    void read(long first, int count, MemorySegment into) throws FormatException;

    /** {@return number of elements of one sample} */
    default long sampleElements() {
        long elements = 1;
        for (long extent : sampleShape()) {
            elements *= extent;
        }
        return elements;
    }

    /** {@return bytes of one sample as stored} */
    default long sampleBytes() {
        return sampleElements() * type().bytes();
    }
}
