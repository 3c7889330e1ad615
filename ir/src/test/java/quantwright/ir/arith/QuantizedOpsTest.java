package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Sums, averages, tables, softmax and resizing against exact reals. */
class QuantizedOpsTest {
    private static final QuantRange I8 = new QuantRange(5, -128, 127);
    private static final MathContext MC = new MathContext(80);

    @Test
    void floatSumRoundsEachProductAndTheSumOnce() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            float s1 = random.nextFloat() + 0.01f;
            float s2 = random.nextFloat() + 0.01f;
            float so = random.nextFloat() + 0.01f;
            boolean subtract = i % 2 == 0;
            QuantizedAdd add = QuantizedAdd.of(Rounding.FLOAT32, subtract, 8, s1, -7, s2, 11, so, I8);
            int a = random.nextInt(-128, 128);
            int b = random.nextInt(-128, 128);
            float m1 = (float) new BigDecimal(s1).divide(new BigDecimal(so), MC).doubleValue();
            float m2 = (float) new BigDecimal(s2).divide(new BigDecimal(so), MC).doubleValue();
            float p1 = new BigDecimal(m1).multiply(BigDecimal.valueOf(a + 7)).floatValue();
            float p2 = new BigDecimal(m2).multiply(BigDecimal.valueOf(b - 11)).floatValue();
            BigDecimal second = new BigDecimal(p2);
            float sum = new BigDecimal(p1).add(subtract ? second.negate() : second).floatValue();
            int expected = new BigDecimal(sum).setScale(0, RoundingMode.HALF_EVEN).intValueExact() + 5;
            assertEquals(Math.clamp(expected, -128, 127), add.apply(a, b));
        }
    }

    @Test
    void fixedSumIsWithinOneHundredthOfHalfAStep() {
        var random = new SplittableRandom(2);
        for (int i = 0; i < 100_000; i++) {
            float s1 = random.nextFloat() * 0.1f + 0.01f;
            float s2 = random.nextFloat() * 0.1f + 0.01f;
            float so = random.nextFloat() * 0.2f + 0.01f;
            boolean subtract = i % 2 == 0;
            QuantizedAdd add = QuantizedAdd.of(Rounding.GEMMLOWP, subtract, 8, s1, -7, s2, 11, so, I8);
            int a = random.nextInt(-128, 128);
            int b = random.nextInt(-128, 128);
            double real = ((a + 7) * (double) s1 + (subtract ? -1 : 1) * (b - 11) * (double) s2) / so;
            double got = add.apply(a, b) - 5;
            assertTrue(Math.abs(got - Math.clamp(real, -133.0, 122.0)) <= 0.51, real + " " + got);
        }
    }

    @Test
    void fixedSumIgnoresWhichOperandHasTheLargerScale() {
        for (int a = -128; a < 128; a += 3) {
            for (int b = -128; b < 128; b++) {
                QuantizedAdd ab = QuantizedAdd.of(Rounding.GEMMLOWP, false, 8, 0.03f, 1, 0.02f, 4, 0.04f, I8);
                QuantizedAdd ba = QuantizedAdd.of(Rounding.GEMMLOWP, false, 8, 0.02f, 4, 0.03f, 1, 0.04f, I8);
                assertEquals(ab.apply(a, b), ba.apply(b, a));
            }
        }
    }

    @Test
    void averageDivisionIsCsTruncationWithANudge() {
        for (int sum = -3000; sum <= 3000; sum++) {
            for (int count : new int[] {1, 2, 3, 4, 9, 15, 49, 64}) {
                int c = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                assertEquals(Math.clamp(c, -128, 127), Averages.divide(sum, count, I8), sum + "/" + count);
            }
        }
    }

    @Test
    void spatialMeanIsNearTheRealMean() {
        var random = new SplittableRandom(3);
        for (int i = 0; i < 50_000; i++) {
            int count = random.nextInt(1, 65);
            float in = random.nextFloat() * 0.05f + 0.01f;
            float out = in * (0.7f + random.nextFloat());
            int zero = random.nextInt(-128, 128);
            var gemmlowp = (Rounding.Fixed) Rounding.GEMMLOWP;
            var mean = Averages.TfliteMean.spatial(gemmlowp, in, zero, out, I8, count);
            int sum = random.nextInt(-128 * count, 127 * count + 1);
            double real = ((double) sum / count - zero) * in / out + 5;
            // The zero-point term rounds by itself (0.5), the sum twice (0.5 and at most 0.25).
            assertTrue(Math.abs(mean.apply(sum) - Math.clamp(real, -128.0, 127.0)) <= 1.251, real + "");
            double general = Averages.TfliteMean.general(gemmlowp, in, zero, out, I8, count).apply(sum);
            // Rounds twice: 0.5 and at most 0.5 more where the shift is long enough to see it.
            assertTrue(Math.abs(general - Math.clamp(real, -128.0, 127.0)) <= 0.751, real + " " + general);
        }
    }

    @Test
    void tablesHoldTheNearestResult() {
        var out = new QuantRange(-128, -128, 127);
        int[] table = ActivationTable.fill(DoubleFunctions::sigmoid, 0.06f, 3, -128, 1f / 256, out);
        for (int i = 0; i < 256; i++) {
            BigDecimal x = new BigDecimal(0.06f).multiply(BigDecimal.valueOf(i - 128 - 3));
            double p = 1 / (1 + Math.exp(-x.doubleValue()));
            assertEquals(Math.min(127, Math.rint(p * 256) - 128), table[i]);
        }
        assertEquals(7, ActivationTable.fill(_ -> Double.NaN, 1, 0, 0, 1, new QuantRange(7, 0, 255))[9]);
        assertEquals(255, ActivationTable.fill(_ -> 1e300, 1, 0, 0, 1, new QuantRange(7, 0, 255))[9]);
        int[] leaky = ActivationTable.fillTfliteLeakyRelu(0.1f, 0.05f, 10, -128, 0.04f, I8);
        for (int i = 0; i < 256; i++) {
            double real = (i - 138) * 0.05 / 0.04 * (i < 138 ? 0.1 : 1) + 5;
            // Double rounding is off by up to 0.75.
            assertTrue(Math.abs(leaky[i] - Math.clamp(real, -128.0, 127.0)) <= 0.751);
        }
    }

    @Test
    void errorFunctionHasKnownValues() {
        // NIST DLMF table 7.23; digits beyond double are cut.
        assertEquals(0.5204998778130465, DoubleFunctions.erf(0.5), 2e-16);
        assertEquals(0.8427007929497149, DoubleFunctions.erf(1), 3e-16);
        assertEquals(0.9953222650189527, DoubleFunctions.erf(2), 3e-16);
        assertEquals(-0.9999779095030014, DoubleFunctions.erf(-3), 5e-16);
        assertEquals(1.1283791670955126e-10, DoubleFunctions.erf(1e-10), 1e-25);
        assertEquals(1, DoubleFunctions.erf(7));
        assertTrue(Double.isNaN(DoubleFunctions.erf(Double.NaN)));
    }

    @Test
    void integerSoftmaxIsNearTheRealOne() {
        var random = new SplittableRandom(4);
        for (int i = 0; i < 300; i++) {
            int n = random.nextInt(1, 1200);
            float scale = (float) Math.scalb(0.5 + random.nextDouble(), random.nextInt(-8, 1));
            int[] in = random.ints(n, -128, 128).toArray();
            int[] out = new int[n];
            QuantizedSoftmax.integer(QuantizedSoftmax.integerTable(scale, 1), in, out, -128);
            int[] foreign = new int[n];
            QuantizedSoftmax.tflite(QuantizedSoftmax.tfliteTable(scale, 1), in, foreign, 1f / 256,
                new QuantRange(-128, -128, 127));
            double total = 0;
            for (int q : in) {
                total += Math.exp(scale * (double) (q - 127));
            }
            for (int j = 0; j < n; j++) {
                double p = Math.min(255, Math.exp(scale * (double) (in[j] - 127)) / total * 256);
                assertTrue(Math.abs(out[j] + 128 - p) <= 0.501, p + " " + out[j]);
                assertTrue(Math.abs(foreign[j] + 128 - p) <= 0.501, p + " " + foreign[j]);
            }
        }
    }

    @Test
    void integerSoftmaxOfEqualValuesIsUniform() {
        for (int n : new int[] {1, 2, 3, 4, 16, 256, 1000, 70_000}) {
            int[] in = new int[n];
            int[] out = new int[n];
            QuantizedSoftmax.integer(QuantizedSoftmax.integerTable(0.1f, 1), in, out, 0);
            assertEquals(Math.min(255, (512 + n) / (2 * n)), out[0], "n = " + n);
        }
    }

    @Test
    void resizeBlendsExactly() {
        var random = new SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            double py = random.nextDouble() * 6 - 1;
            double px = random.nextDouble() * 6 - 1;
            ResizeWeights.Tap y = ResizeWeights.tap(py, 5);
            ResizeWeights.Tap x = ResizeWeights.tap(px, 5);
            assertTrue(y.low() >= 0 && y.high() <= 4 && y.low() <= y.high());
            assertTrue(Math.abs(y.highWeight() / 2048.0 - (py - Math.floor(py))) <= 0x1p-12);
            int[] v = random.ints(4, -128, 128).toArray();
            BigInteger exact = BigInteger.valueOf(v[0]).multiply(big(x.lowWeight())).multiply(big(y.lowWeight()))
                .add(BigInteger.valueOf(v[1]).multiply(big(x.highWeight())).multiply(big(y.lowWeight())))
                .add(BigInteger.valueOf(v[2]).multiply(big(x.lowWeight())).multiply(big(y.highWeight())))
                .add(BigInteger.valueOf(v[3]).multiply(big(x.highWeight())).multiply(big(y.highWeight())));
            int expected = new BigDecimal(exact).divide(BigDecimal.valueOf(1L << 22)).add(new BigDecimal("0.5"))
                .setScale(0, RoundingMode.FLOOR).intValueExact();
            assertEquals(expected, ResizeWeights.blend(v[0], v[1], v[2], v[3], y, x));
        }
        assertEquals(new ResizeWeights.Tap(0, 0, 1024), ResizeWeights.tap(-0.5, 1));
    }

    private static BigInteger big(int x) {
        return BigInteger.valueOf(x);
    }
}
