package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Elementary functions against double precision over all floats (every 10,007th bit pattern) and at their edges. */
class FloatMathTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final int STRIDE = 10_007;

    @FunctionalInterface
    private interface Function {
        float at(float x);
    }

    /** Largest error in units of the exact result's last place; overflow and NaN must agree. */
    private static void within(double ulps, Function f, DoubleUnaryOperator exact, float low, float high) {
        int checked = 0;
        for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
            float x = Float.intBitsToFloat((int) bits);
            if (!(x >= low && x <= high)) {
                continue;
            }
            checked++;
            double expected = exact.applyAsDouble(x);
            float nearest = (float) expected;
            float y = f.at(x);
            if (Double.isNaN(expected) || Float.isInfinite(nearest) || Float.isInfinite(y)) {
                boolean nearOverflow = Math.abs(expected) > 0x1.fffffcp127;
                if (Float.compare(y, nearest) != 0 && !(nearOverflow && Math.abs(y) > 0x1.fffff8p127f)) {
                    fail(x + " -> " + y + ", not " + nearest);
                }
                continue;
            }
            double error = Math.abs(y - expected) / Math.ulp(nearest);
            if (!(error <= ulps)) {
                fail(x + " -> " + y + ", " + error + " ulp from " + expected);
            }
        }
        assertTrue(checked > 1000);
    }

    @Test
    void exponential() {
        within(1.0, FloatMath::exp, StrictMath::exp, -INF, INF);
        assertEquals(0f, FloatMath.exp(-INF));
        assertEquals(INF, FloatMath.exp(INF));
        assertEquals(1f, FloatMath.exp(0f));
        assertEquals(1f, FloatMath.exp(-0f));
        assertTrue(Float.isNaN(FloatMath.exp(Float.NaN)));
        assertEquals(Float.MIN_VALUE, FloatMath.exp(-103.5f));
        assertEquals(0f, FloatMath.exp(-103.98f));
    }

    @Test
    void logarithm() {
        within(0.8, FloatMath::log, StrictMath::log, Float.MIN_VALUE, INF);
        assertEquals(Float.NEGATIVE_INFINITY, FloatMath.log(0f));
        assertEquals(Float.NEGATIVE_INFINITY, FloatMath.log(-0f));
        assertEquals(0f, FloatMath.log(1f));
        assertTrue(Float.isNaN(FloatMath.log(-1f)));
        assertTrue(Float.isNaN(FloatMath.log(-INF)));
        assertTrue(Float.isNaN(FloatMath.log(Float.NaN)));
    }

    @Test
    void hyperbolicTangent() {
        within(1.1, FloatMath::tanh, StrictMath::tanh, -INF, INF);
        assertEquals(-0f, FloatMath.tanh(-0f));
        assertEquals(-1f, FloatMath.tanh(-INF));
        assertTrue(Float.isNaN(FloatMath.tanh(Float.NaN)));
    }

    @Test
    void logistic() {
        within(2.5, FloatMath::sigmoid, x -> {
            double z = StrictMath.exp(-Math.abs(x));
            return x < 0 ? z / (1 + z) : 1 / (1 + z);
        }, -INF, INF);
        assertEquals(0.5f, FloatMath.sigmoid(0));
        assertTrue(Float.isNaN(FloatMath.sigmoid(Float.NaN)));
    }

    @Test
    void errorFunction() {
        within(1.0, FloatMath::erf, DoubleFunctions::erf, -INF, INF);
        assertEquals(-0f, FloatMath.erf(-0f));
        assertEquals(1f, FloatMath.erf(INF));
        assertTrue(Float.isNaN(FloatMath.erf(Float.NaN)));
    }

    @Test
    void roots() {
        within(1.5, FloatMath::rsqrt, x -> 1 / Math.sqrt(x), Float.MIN_VALUE, INF);
        within(0.5, FloatMath::sqrt, Math::sqrt, 0, INF);
        assertEquals(INF, FloatMath.rsqrt(0));
        assertTrue(Float.isNaN(FloatMath.rsqrt(-1)));
    }

    @Test
    void circularFunctions() {
        within(1.6, FloatMath::sin, StrictMath::sin, -100, 100);
        within(1.6, FloatMath::cos, StrictMath::cos, -100, 100);
        var random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            float x = (random.nextFloat() - 0.5f) * 20_000;
            assertEquals(StrictMath.sin(x), FloatMath.sin(x), 1e-7);
            assertEquals(StrictMath.cos(x), FloatMath.cos(x), 1e-7);
            float far = Float.intBitsToFloat(random.nextInt(0x4a800000, 0x7f800000));
            assertTrue(Math.abs(FloatMath.sin(far)) <= 1 && Math.abs(FloatMath.cos(far)) <= 1, far + "");
        }
        assertEquals(-0f, FloatMath.sin(-0f));
        assertEquals(1f, FloatMath.cos(0f));
        assertTrue(Float.isNaN(FloatMath.sin(INF)) && Float.isNaN(FloatMath.cos(-INF)));
        assertTrue(Float.isNaN(FloatMath.sin(Float.NaN)) && Float.isNaN(FloatMath.cos(Float.NaN)));
    }

    @Test
    void powerIsAccurate() {
        for (float y : new float[] {-3, -1, -0.5f, 0.3f, 0.5f, 1, 1.7f, 2, 3, 5, 17, 0.001f, 300}) {
            within(2.5, x -> FloatMath.pow(x, y), x -> StrictMath.pow(x, y), y == Math.rint(y) ? -INF : 0, INF);
        }
        for (float x : new float[] {2, 1.1f, 0.7f, 10, 1e-30f, 1e30f, 0x1.fffffep-1f, 0x1.000002p0f}) {
            within(2.5, y -> FloatMath.pow(x, y), y -> StrictMath.pow(x, y), -INF, INF);
        }
    }

    @Test
    void powerHasTheSpecialValuesOfIeee754() {
        float[] values = {0, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, 1.5f, -1.5f, INF, -INF, Float.NaN, Float.MIN_VALUE,
            Float.MAX_VALUE, 0x1p24f, 0x1.000002p23f, -0x1.000002p23f};
        for (float x : values) {
            for (float y : values) {
                boolean one = x == 1 || y == 0 || x == -1 && Float.isInfinite(y);
                float expected = one ? 1 : (float) StrictMath.pow(x, y);
                float slack = Float.isFinite(expected) ? Math.ulp(expected) : 0;
                float actual = FloatMath.pow(x, y);
                boolean near = expected != 0 && Math.abs(expected - actual) <= slack;
                assertTrue(near || Float.compare(expected, actual) == 0,
                    x + "^" + y + " = " + expected + ", not " + actual);
            }
        }
    }

    @Test
    void composedActivations() {
        within(2.6, FloatMath::softplus, DoubleFunctions::softplus, -INF, INF);
        for (float x = -30; x < 30; x += 0.0037f) {
            double a = Math.max(Math.abs(x), 1);
            assertEquals(DoubleFunctions.silu(x), FloatMath.silu(x), 3e-7 * a);
            assertEquals(DoubleFunctions.gelu(x), FloatMath.gelu(x), 2e-7 * a);
            assertEquals(DoubleFunctions.geluTanh(x), FloatMath.geluTanh(x), 4e-7 * a);
            assertEquals(DoubleFunctions.hardSwish(x), FloatMath.hardSwish(x), 2e-7 * a);
        }
        assertEquals(INF, FloatMath.gelu(INF));
        assertEquals(INF, FloatMath.silu(INF));
        assertEquals(INF, FloatMath.hardSwish(INF));
        assertEquals(0f, FloatMath.softplus(-INF));
    }

    /**
     * Every result's bits, so that a change of sequence cannot pass unseen: code generators mirror these methods and
     * recorded models depend on them.
     */
    @Test
    void bitsAreFixed() {
        assertEquals("exp ddc6a47a log d6597946 tanh eb837d7f sigmoid c130d7af erf 349ccac5"
            + " sin b97248cf cos dabdd2af pow dffbaaf2", String.join(" ",
            "exp " + digest(FloatMath::exp), "log " + digest(FloatMath::log), "tanh " + digest(FloatMath::tanh),
            "sigmoid " + digest(FloatMath::sigmoid), "erf " + digest(FloatMath::erf), "sin " + digest(FloatMath::sin),
            "cos " + digest(FloatMath::cos), "pow " + digest(x -> FloatMath.pow(x, 1.7f))));
    }

    private static String digest(Function f) {
        CRC32 crc = new CRC32();
        for (long bits = 0; bits < 1L << 32; bits += 4099) {
            int y = Float.floatToIntBits(f.at(Float.intBitsToFloat((int) bits)));
            for (int shift = 0; shift < 32; shift += 8) {
                crc.update(y >> shift);
            }
        }
        return Long.toHexString(crc.getValue());
    }

    @Test
    void halfPrecisionConvertsExactly() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float f16 = HalfFloats.fromF16((short) bits);
            float bf16 = HalfFloats.fromBf16((short) bits);
            if (!Float.isNaN(f16)) {
                assertEquals((short) bits, HalfFloats.toF16(f16));
            }
            if (Float.isNaN(bf16)) {
                assertTrue(Float.isNaN(HalfFloats.fromBf16(HalfFloats.toBf16(bf16))));
            } else {
                assertEquals((short) bits, HalfFloats.toBf16(bf16));
            }
        }
        var random = new SplittableRandom(2);
        for (int i = 0; i < 20_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt());
            if (Float.isNaN(x) || Math.abs(x) > 0x1.fep127f) {
                continue;
            }
            int exponent = Math.max(Math.getExponent(x), -126);
            assertEquals(toStep(x, exponent - 7), HalfFloats.fromBf16(HalfFloats.toBf16(x)), x + "");
            float y = Math.scalb(x, -exponent + random.nextInt(-26, 15));
            int step = Math.max(Math.getExponent(y), -14) - 10;
            assertEquals(toStep(y, step), HalfFloats.fromF16(HalfFloats.toF16(y)), y + "");
        }
        assertEquals(INF, HalfFloats.fromF16(HalfFloats.toF16(65520f)));
        assertEquals(65504f, HalfFloats.fromF16(HalfFloats.toF16(65519.996f)));
        assertEquals(INF, HalfFloats.fromBf16(HalfFloats.toBf16(Float.MAX_VALUE)));
    }

    /** Nearest multiple of 2^step, ties to even, keeping the sign of zero. */
    private static float toStep(float x, int step) {
        BigDecimal unit = step < 0 ? BigDecimal.ONE.divide(BigDecimal.TWO.pow(-step)) : BigDecimal.TWO.pow(step);
        BigDecimal steps = new BigDecimal(Math.abs(x)).multiply(BigDecimal.ONE.divide(unit));
        float magnitude = steps.setScale(0, RoundingMode.HALF_EVEN)
            .multiply(unit).floatValue();
        return Math.copySign(magnitude, x);
    }
}
