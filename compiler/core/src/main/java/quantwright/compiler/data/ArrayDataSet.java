package quantwright.compiler.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import quantwright.compiler.importer.FormatException;

/** Samples stacked along the first axis of one array, labels in a second. */
public final class ArrayDataSet implements DataSet {
    private final String name;
    private final NumericArray samples;
    private final Optional<NumericArray> labels;
    private final long size;
    private final long[] shape;

    /**
     * Makes a data set of arrays.
     *
     * @param name the file, for errors
     * @param samples at least one axis; at least one sample
     * @param labels one integer per sample, if there are labels
     * @throws FormatException if the arrays do not fit this
     */
    public ArrayDataSet(String name, NumericArray samples, Optional<NumericArray> labels) throws FormatException {
        this.name = name;
        this.samples = samples;
        this.labels = labels;
        long[] all = samples.shape();
        if (all.length == 0) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, name, "samples",
                "is a scalar; the first axis must count the samples");
        }
        size = all[0];
        shape = Arrays.copyOfRange(all, 1, all.length);
        if (samples.elements() == 0) {
            throw new FormatException(DataDiagnostic.EMPTY, name, "samples",
                "the set is empty: shape " + Arrays.toString(all));
        }
        if (labels.isPresent()) {
            var y = labels.get();
            if (y.type().isFloat()) {
                throw new FormatException(DataDiagnostic.BAD_LABELS, name, "labels", "are " + y.type()
                    + ", not integers");
            }
            if (y.shape().length == 0 || y.elements() != size || y.shape()[0] != size) {
                throw new FormatException(DataDiagnostic.BAD_LABELS, name, "labels",
                    "have shape " + Arrays.toString(y.shape()) + " for " + size
                    + " samples", "give one label per sample");
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long[] sampleShape() {
        return shape.clone();
    }

    @Override
    public NumericType type() {
        return samples.type();
    }

    @Override
    public boolean labelled() {
        return labels.isPresent();
    }

    @Override
    public long label(long sample) {
        var y = labels.orElseThrow(() -> new IllegalStateException(name + " has no labels"));
        return y.type().longAt(y.data(), Objects.checkIndex(sample, size));
    }

    @Override
    public void read(long first, int count, MemorySegment into) {
        Objects.checkFromIndexSize(first, count, size);
        long bytes = sampleBytes();
        MemorySegment.copy(samples.data(), first * bytes, into, 0, count * bytes);
    }
}
