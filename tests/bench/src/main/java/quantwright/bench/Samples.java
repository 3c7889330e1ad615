package quantwright.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import quantwright.compiler.data.DataSet;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.type.TensorType;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.RandomData;

/**
 * Calibration and evaluation samples of a catalogue model. Where the catalogue has no calibration set, the first fifth
 * (at most 100; a quarter of sets under 100) of the evaluation set is split off for calibration, and evaluation leaves
 * it out.
 *
 * @param calibration what ranges are found on
 * @param evaluation labelled samples, none of them in {@code calibration}
 * @param note how the two were split, or nothing
 */
record Samples(DataSet calibration, DataSet evaluation, String note) {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The samples of a model; empty if the catalogue has no labelled data for it. */
    static Optional<Samples> of(CatalogueModel model) throws FormatException {
        if (model.data().isEmpty()) {
            return Optional.empty();
        }
        DataSet all = DataSets.npz(model.data().get());
        if (model.calibration().isPresent()) {
            return Optional.of(new Samples(DataSets.npz(model.calibration().get()), all, ""));
        }
        long split = all.size() < 100 ? all.size() / 4 : Math.min(100, all.size() / 5);
        return Optional.of(new Samples(Chosen.range(all, 0, split), Chosen.range(all, split, all.size()),
                "calibrated on the first " + split + " samples of the set, evaluated on the other "
                + (all.size() - split)));
    }

    /** Calibration samples as a float model takes them; noise where there are none. */
    static ModelFeed calibration(CatalogueModel model, TensorType input) throws FormatException {
        Optional<Samples> samples = of(model);
        if (samples.isPresent()) {
            return feed(model, samples.get().calibration, input);
        }
        if (model.inputType() != NumericType.F32) {
            return random(input, 2);
        }
        long[] shape = Arrays.stream(input.shape().toArray()).asLongStream().skip(1).toArray();
        return new ModelFeed(new PreparedData(new Noise(shape, 2), Preprocessing.none(), NumericType.F32), input);
    }

    /** Random bytes or indices for an input of integers. */
    static ModelFeed random(TensorType input, int samples) throws FormatException {
        RandomData data = new RandomData(input, samples);
        return new ModelFeed(new PreparedData(data, Preprocessing.none(), data.type()), input);
    }

    /** Samples as a model takes them. */
    static ModelFeed feed(CatalogueModel model, DataSet samples, TensorType input) throws FormatException {
        return new ModelFeed(new PreparedData(samples, model.preprocessing(), model.inputType()), input);
    }

    /** Some samples of a set. */
    record Chosen(DataSet whole, int[] indexes) implements DataSet {
        /** Samples {@code from} to {@code to - 1}. */
        static Chosen range(DataSet whole, long from, long to) {
            return new Chosen(whole, IntStream.range((int) from, (int) to).toArray());
        }

        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public long size() {
            return indexes.length;
        }

        @Override
        public long[] sampleShape() {
            return whole.sampleShape();
        }

        @Override
        public NumericType type() {
            return whole.type();
        }

        @Override
        public boolean labelled() {
            return whole.labelled();
        }

        @Override
        public long label(long sample) {
            return whole.label(indexes[(int) sample]);
        }

        @Override
        public void read(long first, int count, MemorySegment into) throws FormatException {
            for (int i = 0; i < count; i++) {
                whole.read(indexes[(int) first + i], 1, into.asSlice(i * sampleBytes(), sampleBytes()));
            }
        }
    }

    /** Pseudo-random f32 samples in [0, 1): for models without data, whose speed alone is measured. */
    record Noise(long[] sampleShape, long size) implements DataSet {
        @Override
        public String name() {
            return "noise";
        }

        @Override
        public long[] sampleShape() {
            return sampleShape.clone();
        }

        @Override
        public NumericType type() {
            return NumericType.F32;
        }

        @Override
        public boolean labelled() {
            return false;
        }

        @Override
        public long label(long sample) {
            throw new IllegalStateException("noise has no labels");
        }

        @Override
        public void read(long first, int count, MemorySegment into) {
            for (int i = 0; i < count; i++) {
                Random random = new Random(first + i);
                for (long k = 0; k < sampleElements(); k++) {
                    into.set(FLOAT, (i * sampleElements() + k) * 4, random.nextFloat());
                }
            }
        }
    }
}
