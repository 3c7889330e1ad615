package quantwright.tests.catalogue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import quantwright.compiler.data.DataSet;
import quantwright.compiler.data.NumericType;
import quantwright.ir.type.TensorType;

/**
 * Random samples for models of the catalogue that have no data; the same for the same model. Wide integers are indices, such
 * as tokens, and below 128.
 */
public record RandomData(TensorType input, int samples) implements DataSet {
    private static final int INDICES = 128;

    @Override
    public String name() {
        return "random";
    }

    @Override
    public long size() {
        return samples;
    }

    @Override
    public long[] sampleShape() {
        return Arrays.stream(input.shape().toArray()).skip(1).asLongStream().toArray();
    }

    @Override
    public NumericType type() {
        return NumericType.valueOf(input.storage().name());
    }

    @Override
    public boolean labelled() {
        return false;
    }

    @Override
    public long label(long sample) {
        throw new IllegalStateException("random data has no labels");
    }

    @Override
    public void read(long first, int count, MemorySegment into) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(first + i);
            long at = i * sampleBytes();
            for (long e = 0; e < sampleElements(); e++) {
                switch (type()) {
                    case F32 -> into.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4 * e, (float) random.nextGaussian());
                    case I64 -> into.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8 * e, random.nextInt(INDICES));
                    default -> into.set(ValueLayout.JAVA_BYTE, at + e, (byte) random.nextInt());
                }
            }
        }
    }
}
