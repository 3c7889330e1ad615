package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.ir.data.Tensor;

class RangeSelectorTest {
    private static final int LEVELS = 256;

    @Test
    void minMaxIsExactAndContainsZero() {
        Histogram h = histogram(1.5f, 2.25f, 3.125f);
        assertEquals(new ValueRange(0, 3.125), select(RangeMethod.MIN_MAX, 0.99, h));
        assertEquals(new ValueRange(-2.5, 0), select(RangeMethod.MIN_MAX, 0.99, histogram(-2.5f, -1f)));
        assertEquals(new ValueRange(0, 0), select(RangeMethod.MIN_MAX, 0.99, new Histogram()));
    }

    @Test
    void outliersAreCutByPercentileMseAndEntropy() {
        Histogram h = new Histogram();
        Random random = new Random(3);
        float[] values = new float[200_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        values[0] = 100;
        values[1] = -100;
        h.add(tensor(values));
        for (RangeMethod method : new RangeMethod[] {RangeMethod.PERCENTILE, RangeMethod.ENTROPY}) {
            ValueRange range = select(method, 0.999, h);
            assertTrue(range.high() > 2 && range.high() < 60 && range.low() < -2 && range.low() > -60, method + " " + range);
        }
        ValueRange mse = select(RangeMethod.MSE, 0.999, h);
        assertTrue(mse.high() < 100 && mse.high() > 3 && mse.low() > -100 && mse.low() < -3, mse.toString());
        assertEquals(3.29, select(RangeMethod.PERCENTILE, 0.9995, h).high(), 0.1);
    }

    @Test
    void leastSquaresBeatsTheFullRangeOnItsOwnMeasure() {
        float[] values = new float[50_000];
        Random random = new Random(4);
        for (int i = 0; i < values.length; i++) {
            double g = random.nextGaussian();
            values[i] = (float) (g * g * g);
        }
        Histogram h = new Histogram();
        h.add(tensor(values));
        ValueRange mse = select(RangeMethod.MSE, 0.999, h);
        ValueRange full = select(RangeMethod.MIN_MAX, 0.999, h);
        assertTrue(error(values, mse) < error(values, full), mse + " against " + full);
    }

    @Test
    void aLightNegativeSideIsCutFurther() {
        float[] values = new float[50_000];
        Random random = new Random(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 10);
        }
        Histogram h = new Histogram();
        h.add(tensor(values));
        RangeSelector selector = new RangeSelector(RangeMethod.MSE, 0.999, LEVELS);
        double plain = selector.select(h).low();
        assertTrue(selector.select(h, h, new RangeUse(0.01, 1, "")).low() > plain);
        assertTrue(selector.select(h, h, new RangeUse(1, 100, "")).low() < plain, "rounding errors average out");
        Histogram survivors = new Histogram();
        float[] few = values.clone();
        for (int i = 0; i < few.length; i++) {
            few[i] = few[i] < 0 ? few[i] * 0.01f : few[i];
        }
        survivors.add(tensor(few));
        // Seen through the LeakyRelu they are the same elements.
        assertEquals(selector.select(h, h, new RangeUse(0.01, 1, "")).low(),
                selector.select(h, survivors, new RangeUse(0.01, 1, "pooled")).low(), 0.5);
    }

    @Test
    void shardsMergeBitForBit() {
        Random random = new Random(6);
        Histogram whole = new Histogram();
        Histogram merged = new Histogram();
        for (int shard = 0; shard < 5; shard++) {
            float[] values = new float[1000];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian() * (shard + 1);
            }
            Histogram part = new Histogram();
            part.add(tensor(values));
            whole.add(tensor(values));
            merged.merge(part);
        }
        for (RangeMethod method : RangeMethod.values()) {
            assertEquals(select(method, 0.99, whole), select(method, 0.99, merged));
        }
    }

    @Test
    void theFirstNanIsReported() {
        Histogram h = new Histogram();
        assertEquals(2, h.add(tensor(new float[] {1, 2, Float.NaN, 4})));
        assertEquals(1, h.add(tensor(new float[] {1, Float.POSITIVE_INFINITY})));
    }

    @Test
    void percentilesOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RangeSelector(RangeMethod.PERCENTILE, 0.5, LEVELS));
        assertThrows(IllegalArgumentException.class, () -> new RangeSelector(RangeMethod.PERCENTILE, Double.NaN, LEVELS));
    }

    private static double error(float[] values, ValueRange range) {
        double scale = (range.high() - range.low()) / (LEVELS - 1);
        double sum = 0;
        for (float v : values) {
            double q = range.low() + Math.rint((Math.clamp(v, range.low(), range.high()) - range.low()) / scale) * scale;
            sum += (v - q) * (v - q);
        }
        return sum;
    }

    private static ValueRange select(RangeMethod method, double percentile, Histogram h) {
        return new RangeSelector(method, percentile, LEVELS).select(h);
    }

    private static Histogram histogram(float... values) {
        Histogram h = new Histogram();
        h.add(tensor(values));
        return h;
    }

    private static Tensor tensor(float[] values) {
        return Tensor.ofFloats(new int[] {values.length}, values);
    }
}
