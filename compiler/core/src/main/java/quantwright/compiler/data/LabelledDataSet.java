package quantwright.compiler.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import quantwright.compiler.importer.FormatException;

/** The samples of one data set with labels from elsewhere. */
final class LabelledDataSet implements DataSet {
    private final DataSet samples;
    private final NumericArray labels;

    LabelledDataSet(DataSet samples, NumericArray labels) throws FormatException {
        if (labels.type().isFloat() || labels.shape().length == 0 || labels.elements() != samples.size()
            || labels.shape()[0] != samples.size()) {
            throw new FormatException(DataDiagnostic.BAD_LABELS, samples.name(), "labels", "are " + labels.type()
                + Arrays.toString(labels.shape()) + " for " + samples.size() + " samples");
        }
        this.samples = samples;
        this.labels = labels;
    }

    @Override
    public String name() {
        return samples.name();
    }

    @Override
    public long size() {
        return samples.size();
    }

    @Override
    public long[] sampleShape() {
        return samples.sampleShape();
    }

    @Override
    public NumericType type() {
        return samples.type();
    }

    @Override
    public boolean labelled() {
        return true;
    }

    @Override
    public long label(long sample) {
        return labels.type().longAt(labels.data(), Objects.checkIndex(sample, samples.size()));
    }

    @Override
    public void read(long first, int count, MemorySegment into) throws FormatException {
        samples.read(first, count, into);
    }
}
