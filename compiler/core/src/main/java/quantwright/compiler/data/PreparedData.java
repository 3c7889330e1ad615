package quantwright.compiler.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import quantwright.compiler.importer.FormatException;

/**
 * A data set as a model sees it: preprocessed, in the model's layout and input type. Thread-safe; holds no more than
 * one sample of scratch memory per call.
 */
public final class PreparedData {
    private static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Set<NumericType> TARGETS = Collections.unmodifiableSet(EnumSet.of(NumericType.F32,
        NumericType.I8, NumericType.U8, NumericType.I32, NumericType.I64));

    private final DataSet data;
    private final Preprocessing steps;
    private final NumericType target;
    private final long[] shape;
    private final int channels;
    private final long pixels;
    private final boolean channelsFirst;
    private final boolean transposed;

    /**
     * Binds a data set to a model's input.
     *
     * @param data stored samples
     * @param steps what to do to each
     * @param target the model's input type: {@code F32}, {@code I8}, {@code U8}, or {@code I32} or {@code I64} for
     *     indices, whose prepared values must be whole
     * @throws FormatException if the steps do not fit the samples: channel counts, layout, or target type
     */
    public PreparedData(DataSet data, Preprocessing steps, NumericType target) throws FormatException {
        this.data = data;
        this.steps = steps;
        this.target = target;
        if (!TARGETS.contains(target)) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.name(), "",
                "samples are not prepared as " + target + ", only as " + TARGETS);
        }
        long[] stored = data.sampleShape();
        int rank = stored.length;
        boolean toChw = steps.layout() == Preprocessing.Layout.CHW;
        boolean toHwc = steps.layout() == Preprocessing.Layout.HWC;
        if ((toChw && rank != 2 && rank != 3) || (toHwc && rank != 3)) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.name(), "",
                "samples of shape " + Arrays.toString(stored)
                + " cannot be laid out as " + steps.layout(), "set the manifest's layout to STORED");
        }
        channels = Math.toIntExact(rank < 3 ? 1 : toHwc ? stored[0] : stored[rank - 1]);
        pixels = data.sampleElements() / channels;
        channelsFirst = toHwc;
        transposed = toHwc || toChw;
        shape = switch (steps.layout()) {
            case STORED -> stored;
            case CHW -> new long[] {channels, stored[0], stored[1]};
            case HWC -> new long[] {stored[1], stored[2], stored[0]};
        };
        checkChannels("mean", steps.mean().length);
        checkChannels("std", steps.std().length);
    }

    private void checkChannels(String what, int given) throws FormatException {
        if (given > 1 && given != channels) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.name(), "",
                what + " has " + given + " values, samples of shape "
                + Arrays.toString(data.sampleShape()) + " have " + channels + " channels");
        }
    }

    /** {@return the stored samples} */
    public DataSet source() {
        return data;
    }

    /** {@return extents of one prepared sample, outermost first, without a batch axis} */
    public long[] sampleShape() {
        return shape.clone();
    }

    /** {@return element type of prepared samples} */
    public NumericType type() {
        return target;
    }

    /** {@return number of samples} */
    public long size() {
        return data.size();
    }

    /** {@return bytes of one prepared sample} */
    public long sampleBytes() {
        return data.sampleElements() * target.bytes();
    }

    /**
     * The model's class index of a sample: stored label plus label offset.
     *
     * @param sample index
     * @return class index
     */
    public long label(long sample) {
        return data.label(sample) + steps.labelOffset();
    }

    /**
     * Prepares samples into the caller's memory, one after the other, little-endian.
     *
     * @param first index of the first sample
     * @param count how many
     * @param into at least {@code count * sampleBytes()} bytes, any alignment
     * @throws FormatException if a sample cannot be decoded or is NaN or infinite somewhere; names the sample
     */
    public void batch(long first, int count, MemorySegment into) throws FormatException {
        try (var arena = Arena.ofConfined()) {
            var stored = arena.allocate(data.sampleBytes(), 8);
            for (int i = 0; i < count; i++) {
                data.read(first + i, 1, stored);
                prepare(first + i, stored, into.asSlice(i * sampleBytes(), sampleBytes()));
            }
        }
    }

    /**
     * Prepares one sample of an f32 input.
     *
     * @param sample index
     * @return its values
     * @throws FormatException as {@link #batch}
     */
    public float[] floats(long sample) throws FormatException {
        if (target != NumericType.F32) {
            throw new IllegalStateException("samples are prepared as " + target);
        }
        var values = new float[Math.toIntExact(data.sampleElements())];
        batch(sample, 1, MemorySegment.ofArray(values));
        return values;
    }

    /**
     * Prepares one sample of an i32 input.
     *
     * @param sample index
     * @return its values
     * @throws FormatException as {@link #batch}
     */
    public int[] ints(long sample) throws FormatException {
        return prepared(sample).toArray(INT);
    }

    /**
     * Prepares one sample of an i64 input.
     *
     * @param sample index
     * @return its values
     * @throws FormatException as {@link #batch}
     */
    public long[] longs(long sample) throws FormatException {
        return prepared(sample).toArray(LONG);
    }

    private MemorySegment prepared(long sample) throws FormatException {
        return MemorySegment.ofArray(bytes(sample));
    }

    /**
     * Prepares one sample as raw bytes.
     *
     * @param sample index
     * @return its elements, little-endian
     * @throws FormatException as {@link #batch}
     */
    public byte[] bytes(long sample) throws FormatException {
        var bytes = new byte[Math.toIntExact(sampleBytes())];
        batch(sample, 1, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private void prepare(long sample, MemorySegment stored, MemorySegment into) throws FormatException {
        var type = data.type();
        for (int c = 0; c < channels; c++) {
            int from = steps.reverseChannels() ? channels - 1 - c : c;
            float mean = perChannel(steps.mean(), c, 0);
            float std = perChannel(steps.std(), c, 1);
            for (long p = 0; p < pixels; p++) {
                long source = channelsFirst ? from * pixels + p : p * channels + from;
                float v = type.floatAt(stored, source);
                v = v - steps.offset();
                v = v * steps.multiply();
                v = v / steps.divide();
                v = v - mean;
                v = v / std;
                if (!Float.isFinite(v)) {
                    throw new FormatException(DataDiagnostic.NOT_FINITE, data.name(),
                        "sample " + sample + ", element " + source,
                        "is " + type.floatAt(stored, source) + ", which prepares to " + v);
                }
                boolean first = transposed ? !channelsFirst : channelsFirst;
                long index = first ? c * pixels + p : p * channels + c;
                switch (target) {
                    case F32 -> into.set(FLOAT, index * 4, v);
                    case I32 -> into.set(INT, index * 4, (int) whole(sample, source, v));
                    case I64 -> into.set(LONG, index * 8, (long) whole(sample, source, v));
                    default -> storeByte(into, index, v);
                }
            }
        }
    }

    private static float perChannel(float[] values, int channel, float otherwise) {
        return values.length == 0 ? otherwise : values[values.length == 1 ? 0 : channel];
    }

    /** An index; those beyond 2^24 would not have come through f32 unchanged. */
    private float whole(long sample, long element, float v) throws FormatException {
        if (v != (float) Math.rint(v) || Math.abs(v) > 1 << 24) {
            throw new FormatException(DataDiagnostic.WRONG_SHAPE, data.name(),
                "sample " + sample + ", element " + element,
                "prepares to " + v + ", but the model's input takes whole numbers of at most 2^24");
        }
        return v;
    }

    private void storeByte(MemorySegment into, long index, float v) {
        int low = target == NumericType.I8 ? -128 : 0;
        int high = low + 255;
        int zero = 0;
        float scaled = v;
        if (steps.quantize().isPresent()) {
            scaled = v / steps.quantize().get().scale();
            zero = steps.quantize().get().zero();
        }
        float clamped = Math.clamp(scaled, (float) (low - zero), (float) (high - zero));
        into.set(ValueLayout.JAVA_BYTE, index, (byte) ((int) Math.rint(clamped) + zero));
    }
}
