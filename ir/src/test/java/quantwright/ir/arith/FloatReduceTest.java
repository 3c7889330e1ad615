package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FloatReduceTest {
    /** The stated order by recursion: a node is the sum of two nodes, a leaf one lane's elements. */
    private static float tree(float[] x, int lane, int width) {
        if (width == 16) {
            float sum = 0;
            for (int i = lane; i < x.length; i += 16) {
                sum = new BigDecimal(sum).add(new BigDecimal(x[i])).floatValue();
            }
            return sum;
        }
        return new BigDecimal(tree(x, lane, 2 * width)).add(new BigDecimal(tree(x, lane + width, 2 * width)))
            .floatValue();
    }

    private static float[] row(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) Math.scalb(random.nextDouble() - 0.5, random.nextInt(-8, 9));
        }
        return x;
    }

    @Test
    void sumsFollowTheStatedOrder() {
        var random = new SplittableRandom(1);
        int unlikeAscending = 0;
        for (int n = 0; n < 400; n++) {
            float[] x = row(random, n);
            float sum = FloatReduce.sum(x, 0, n);
            assertEquals(tree(x, 0, 1), sum);
            float[] shifted = new float[n + 3];
            System.arraycopy(x, 0, shifted, 3, n);
            assertEquals(sum, FloatReduce.sum(shifted, 3, n));
            float ascending = 0;
            for (float v : x) {
                ascending += v;
            }
            unlikeAscending += ascending == sum ? 0 : 1;
        }
        assertTrue(unlikeAscending > 100);
    }

    @Test
    void squaresAreFused() {
        var random = new SplittableRandom(2);
        for (int n = 1; n < 200; n++) {
            float[] x = row(random, n);
            double exact = 0;
            double deviations = 0;
            for (float v : x) {
                exact += (double) v * v;
                deviations += (v - 0.25) * (v - 0.25);
            }
            assertEquals(exact, FloatReduce.sumOfSquares(x, 0, n), exact * 1e-6);
            assertEquals(deviations, FloatReduce.sumOfSquaredDeviations(x, 0, n, 0.25f), deviations * 1e-6);
        }
        // Element 16 joins lane 0: fused keeps the low bits of its square, multiply then add would lose them.
        float[] y = new float[17];
        y[0] = 1;
        y[16] = 0x1.000002p-12f;
        float fused = new BigDecimal(y[16]).pow(2).add(BigDecimal.ONE).floatValue();
        assertEquals(fused, FloatReduce.sumOfSquares(y, 0, 17));
        float[] z = new float[17];
        z[0] = -0x1.000004p-12f * 0x1p12f;
        z[16] = 0x1.000002p0f;
        assertNotEquals(0f, FloatReduce.sumOfSquares(z, 0, 17));
    }

    @Test
    void extremesIgnoreNaN() {
        var random = new SplittableRandom(3);
        for (int n = 1; n < 100; n++) {
            float[] x = row(random, n);
            float max = Float.NEGATIVE_INFINITY;
            float min = Float.POSITIVE_INFINITY;
            for (float v : x) {
                max = Math.max(max, v);
                min = Math.min(min, v);
            }
            assertEquals(max, FloatReduce.max(x, 0, n));
            assertEquals(min, FloatReduce.min(x, 0, n));
        }
        assertEquals(2f, FloatReduce.max(new float[] {Float.NaN, 2, 1}, 0, 3));
        assertEquals(1f, FloatReduce.min(new float[] {Float.NaN, 2, 1}, 0, 3));
    }

    @Test
    void softmaxIsNearTheExactOne() {
        var random = new SplittableRandom(4);
        for (int n = 1; n < 300; n += 7) {
            float[] x = row(random, n);
            double max = FloatReduce.max(x, 0, n);
            double total = 0;
            for (float v : x) {
                total += Math.exp(v - max);
            }
            float[] soft = new float[n];
            float[] logs = new float[n];
            FloatReduce.softmax(x, 0, n, soft, 0);
            FloatReduce.logSoftmax(x, 0, n, logs, 0);
            for (int i = 0; i < n; i++) {
                // x - max rounds to f32 before the exponential: up to 256 * 2^-24 relative.
                assertEquals(Math.exp(x[i] - max) / total, soft[i], 1.7e-5 * Math.exp(x[i] - max) / total + 1e-38);
                assertEquals(x[i] - max - Math.log(total), logs[i], 4e-5);
            }
            float[] inPlace = x.clone();
            FloatReduce.softmax(inPlace, 0, n, inPlace, 0);
            assertArrayEquals(soft, inPlace);
        }
        float[] nan = {1, Float.NaN};
        FloatReduce.softmax(nan, 0, 2, nan, 0);
        assertTrue(Float.isNaN(nan[0]) && Float.isNaN(nan[1]));
    }

    @Test
    void inverseDeviationDividesTakesTheRootAndInverts() {
        assertEquals(0.5f, FloatReduce.inverseDeviation(12, 4, 1));
        assertEquals(Float.POSITIVE_INFINITY, FloatReduce.inverseDeviation(0, 4, 0));
        assertEquals(2.5f, FloatReduce.mean(new float[] {1, 2, 3, 4}, 0, 4));
    }
}
