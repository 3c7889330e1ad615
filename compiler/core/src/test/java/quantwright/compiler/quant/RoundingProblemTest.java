package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Roundings of correlated inputs, measured by the output error that they are to lessen. */
class RoundingProblemTest {
    private static final int SIZE = 6;
    private static final int ROWS = 500;
    private static final double SCALE = 0.21;
    private final Random random = new Random(11);
    private final double[][] inputs = inputs();

    @Test
    void eachMethodDoesBetterThanTheOneBefore() {
        double nearest = 0;
        double gptq = 0;
        double descent = 0;
        double least = 0;
        for (int trial = 0; trial < 40; trial++) {
            double[] w = random.doubles(SIZE, -0.9, 0.9).toArray();
            int[] rounded = new int[SIZE];
            for (int k = 0; k < SIZE; k++) {
                rounded[k] = WeightBits.W4.nearest(w[k] / SCALE);
            }
            double best = best(w, rounded);
            double a = error(w, solve(w, WeightBits.W4, WeightRounding.GPTQ));
            double b = error(w, solve(w, WeightBits.W4, WeightRounding.DESCENT));
            assertTrue(best <= b + 1e-12, "no rounding beats all");
            nearest += error(w, rounded);
            gptq += a;
            descent += b;
            least += best;
        }
        assertTrue(gptq < 0.8 * nearest, gptq + " against " + nearest);
        assertTrue(descent < gptq, descent + " against " + gptq);
        assertTrue(descent < 1.5 * least, descent + " against the least possible " + least);
    }

    @ParameterizedTest
    @EnumSource(WeightBits.class)
    void valuesStayInTheirRange(WeightBits bits) {
        for (WeightRounding rounding : List.of(WeightRounding.GPTQ, WeightRounding.DESCENT,
                WeightRounding.ALTERNATING)) {
            for (int q : solve(random.doubles(SIZE, -40, 40).toArray(), bits, rounding)) {
                assertTrue(Math.abs(q) <= bits.limit(), bits + " gave " + q);
                assertTrue(bits != WeightBits.W1 || q != 0, "one bit has no 0");
            }
        }
    }

    @Test
    void inputsThatNeverVaryDoNoHarm() {
        LayerMoments moments = new LayerMoments(SIZE, true, false);
        for (int r = 0; r < ROWS; r++) {
            moments.add();
        }
        moments.finish();
        double[] w = {0.2, -0.4, 0.6, 0, 0.1, -0.8};
        int[][] q = RoundingProblem.solve(new double[][] {w}, steps(0.2, w.length), new double[] {0.2}, new double[1],
                WeightBits.W4, moments, how(WeightRounding.DESCENT, true));
        assertArrayEquals(new int[] {1, -2, 3, 0, 0, -4}, q[0]);
    }

    @Test
    void aLayerMakesGoodForInputsThatAreTooSmall() {
        LayerMoments moments = new LayerMoments(SIZE, true, true);
        for (double[] row : inputs) {
            for (int k = 0; k < SIZE; k++) {
                moments.next()[k] = row[k] / 2;
                moments.nextWanted()[k] = row[k];
            }
            moments.add();
        }
        moments.finish();
        double[] w = random.doubles(SIZE, 0.2, 0.4).toArray();
        int[][] q = RoundingProblem.solve(new double[][] {w}, steps(0.001, w.length), new double[] {0.001}, new double[1],
                WeightBits.W8, moments, how(WeightRounding.GPTQ, true));
        double before = 0;
        double after = 0;
        for (int k = 0; k < SIZE; k++) {
            before += w[k];
            after += q[0][k] * 0.001;
        }
        assertTrue(after > before * 1.05 || after == 6 * 0.127, "weights grew from " + before + " to " + after);
    }

    @Test
    void momentsAreThoseOfTheRows() {
        LayerMoments moments = moments();
        double mean = 0;
        double product = 0;
        for (double[] row : inputs) {
            mean += row[2] / ROWS;
            product += row[2] * row[4] / ROWS;
        }
        assertEquals(mean, moments.mean(2), 1e-12);
        assertEquals(product, moments.second(2, 4, false), 1e-12);
        assertEquals(moments.second(4, 2, true), moments.second(2, 4, true));
        assertEquals(product - mean * moments.mean(4), moments.second(2, 4, true), 1e-12);
    }

    @Test
    void scalesChosenWithTheValuesLessenTheError() {
        double fixed = 0;
        double chosen = 0;
        for (int trial = 0; trial < 40; trial++) {
            double[] w = random.doubles(SIZE, -0.9, 0.9).toArray();
            double[] scale = {SCALE};
            int[] q = RoundingProblem.solve(new double[][] {w}, steps(SCALE, w.length), scale, new double[1], WeightBits.W4, moments(),
                    how(WeightRounding.ALTERNATING, false))[0];
            fixed += error(w, solve(w, WeightBits.W4, WeightRounding.DESCENT));
            chosen += error(w, q, scale[0]);
        }
        assertTrue(chosen < 0.9 * fixed, chosen + " against " + fixed);
    }

    @Test
    void scalesChosenByTheOutputLessenItsErrorBehindDescent() {
        double fixed = 0;
        double chosen = 0;
        for (int trial = 0; trial < 40; trial++) {
            double[] w = random.doubles(SIZE, -0.9, 0.9).toArray();
            double[] scale = {SCALE};
            double[][] steps = steps(SCALE, w.length);
            int[] q = RoundingProblem.solve(new double[][] {w}, steps, scale, new double[1], WeightBits.W4, moments(),
                    how(WeightRounding.DESCENT, false).withRange(WeightRange.OUTPUT))[0];
            assertEquals(scale[0], steps[0][0], 1e-12, "steps follow the scale");
            fixed += error(w, solve(w, WeightBits.W4, WeightRounding.DESCENT));
            chosen += error(w, q, scale[0]);
        }
        assertTrue(chosen < 0.6 * fixed, chosen + " against " + fixed);
    }

    @Test
    void aScaleStaysLargeEnoughForItsBias() {
        WeightOptions alternating = how(WeightRounding.ALTERNATING, false);
        for (WeightOptions how : List.of(alternating, alternating.withRange(WeightRange.OUTPUT))) {
            double[] scale = {SCALE};
            RoundingProblem.solve(new double[][] {{0.1, -0.1, 0.05, 0.1, -0.02, 0.1}}, steps(SCALE, 6), scale,
                    new double[] {SCALE}, WeightBits.W4, moments(), how);
            assertTrue(scale[0] >= (float) SCALE, "the scale shrank to " + scale[0]);
        }
    }

    private static double[][] steps(double step, int count) {
        double[] all = new double[count];
        Arrays.fill(all, step);
        return new double[][] {all};
    }

    private int[] solve(double[] w, WeightBits bits, WeightRounding rounding) {
        return RoundingProblem.solve(new double[][] {w}, steps(SCALE, w.length), new double[] {SCALE}, new double[1], bits,
                moments(), how(rounding, false))[0];
    }

    private LayerMoments moments() {
        LayerMoments moments = new LayerMoments(SIZE, true, false);
        for (double[] row : inputs) {
            System.arraycopy(row, 0, moments.next(), 0, SIZE);
            moments.add();
        }
        moments.finish();
        return moments;
    }

    private double[][] inputs() {
        double[][] rows = new double[ROWS][SIZE];
        for (double[] row : rows) {
            double common = random.nextGaussian();
            for (int k = 0; k < SIZE; k++) {
                row[k] = 0.5 * common + 0.5 * random.nextGaussian();
            }
        }
        return rows;
    }

    private double error(double[] w, int[] q) {
        return error(w, q, SCALE);
    }

    private double error(double[] w, int[] q, double scale) {
        double sum = 0;
        for (double[] row : inputs) {
            double e = 0;
            for (int k = 0; k < SIZE; k++) {
                e += row[k] * (w[k] - scale * q[k]);
            }
            sum += e * e;
        }
        return sum / ROWS;
    }

    /** Least error of all values at most one step from the nearest. */
    private double best(double[] w, int[] rounded) {
        double best = Double.POSITIVE_INFINITY;
        for (int code = 0; code < Math.pow(3, SIZE); code++) {
            int[] q = new int[SIZE];
            int rest = code;
            for (int k = 0; k < SIZE; k++, rest /= 3) {
                q[k] = Math.clamp(rounded[k] + rest % 3 - 1, -7, 7);
            }
            best = Math.min(best, error(w, q));
        }
        return best;
    }

    private static WeightOptions how(WeightRounding rounding, boolean central) {
        return new WeightOptions(true, WeightRange.MSE, rounding, false, central);
    }
}
