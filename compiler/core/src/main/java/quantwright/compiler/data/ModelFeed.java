package quantwright.compiler.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Sha256;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.TensorType;

/**
 * Prepared samples as input tensors of a model with one input and batch 1.
 */
public final class ModelFeed {
    private final PreparedData data;
    private final TensorType input;
    /** Samples of the data, which come first. */
    private final long originals;
    private final long size;

    /**
     * Binds prepared samples to a model's input.
     *
     * @throws FormatException if the sample's shape is not the input's (a leading 1 for the batch aside) or its type
     * differs
     */
    public ModelFeed(PreparedData data, TensorType input) throws FormatException {
        this.data = data;
        this.input = input;
        this.originals = data.size();
        this.size = originals;
        long[] sample = trim(data.sampleShape());
        long[] wanted = trim(Arrays.stream(input.shape().toArray()).asLongStream().toArray());
        if (!Arrays.equals(sample, wanted)) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.source().name(), "", "samples have shape "
                    + Arrays.toString(data.sampleShape())
                    + ", the model's input has " + input.shape());
        }
        if (!data.type().name().equalsIgnoreCase(input.storage().name())) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.source().name(), "", "samples are prepared as "
                    + data.type()
                    + ", the model's input is " + input.storage());
        }
    }

    private static long[] trim(long[] shape) {
        return Arrays.stream(shape).filter(d -> d != 1).toArray();
    }

    private ModelFeed(ModelFeed feed, long size) {
        this.data = feed.data;
        this.input = feed.input;
        this.originals = Math.min(feed.originals, size);
        this.size = size;
    }

    /** This feed without all but its first {@code count} samples; this one if it has no more. */
    public ModelFeed first(long count) {
        return count >= size ? this : new ModelFeed(this, count);
    }

    /**
     * This feed with views of its colour images behind them, up to {@code count} samples in all; this one if it has as many
     * or no colour images. Views of an image have its label.
     */
    public ModelFeed withViews(long count) {
        return count <= size || !ImageView.applies(input) ? this : new ModelFeed(this, count);
    }

    /** Number of samples. */
    public long size() {
        return size;
    }

    /** The prepared data behind the feed, without views. */
    public PreparedData data() {
        return data;
    }

    /** Label of a sample. */
    public long label(long sample) {
        return data.label(sample % originals);
    }

    /**
     * SHA-256 of all inputs, and of the labels if there are any.
     *
     * @throws FormatException if a sample cannot be decoded
     */
    public String hash() throws FormatException {
        MessageDigest digest = Sha256.digest();
        for (long s = 0; s < size; s++) {
            inputs(s).forEach(t -> digest.update(ByteBuffer.wrap(t.pack())));
            if (data.source().labelled()) {
                digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, label(s)));
            }
        }
        return Sha256.hex(digest);
    }

    /**
     * The model's inputs for a sample.
     *
     * @throws FormatException if the sample cannot be decoded or holds a NaN
     */
    public List<Tensor> inputs(long sample) throws FormatException {
        if (sample >= originals) {
            return List.of(Tensor.of(input, ImageView.of(input, data.floats(sample % originals), sample)));
        }
        return List.of(switch (data.type()) {
            case F32 -> Tensor.of(input, data.floats(sample));
            case I32 -> Tensor.of(input, data.ints(sample));
            case I64 -> Tensor.of(input, data.longs(sample));
            default -> Tensor.of(input, data.bytes(sample));
        });
    }
}
