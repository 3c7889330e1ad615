package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantizationTest {
    private static final QuantRange I8 = new QuantRange(-3, -128, 127);

    @Test
    void quantizeDividesTrulyAndRoundsToEven() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            float scale = (float) Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-8, 2));
            float x = i % 2 == 0 ? (random.nextInt(-200, 200) + 0.5f) * scale
                : (random.nextFloat() - 0.5f) * 300 * scale;
            // 60 digits hold the quotient of two floats well beyond any tie.
            float quotient = new BigDecimal(x).divide(new BigDecimal(scale), new MathContext(60)).floatValue();
            int even = new BigDecimal(quotient).setScale(0, RoundingMode.HALF_EVEN).intValueExact();
            assertEquals(Math.clamp(even - 3, -128, 127), Quantization.quantize(x, scale, I8), x + "/" + scale);
            double wide = new BigDecimal(x).divide(new BigDecimal(scale), new MathContext(60)).doubleValue();
            int away = new BigDecimal(wide).setScale(0, RoundingMode.HALF_UP).intValueExact();
            assertEquals(Math.clamp(away - 3, -128, 127), Quantization.quantizeTflite(x, scale, I8));
        }
    }

    @Test
    void quantizeSpecialValues() {
        for (float scale : new float[] {0.5f, Float.MIN_VALUE, Float.MAX_VALUE}) {
            assertEquals(-3, Quantization.quantize(Float.NaN, scale, I8));
            assertEquals(-3, Quantization.quantizeTflite(Float.NaN, scale, I8));
            assertEquals(127, Quantization.quantize(Float.POSITIVE_INFINITY, scale, I8));
            assertEquals(-128, Quantization.quantize(Float.NEGATIVE_INFINITY, scale, I8));
            assertEquals(127, Quantization.quantizeTflite(Float.POSITIVE_INFINITY, scale, I8));
            assertEquals(-3, Quantization.quantize(-0f, scale, I8));
        }
        assertEquals(127, Quantization.quantize(Float.MAX_VALUE, 1, I8));
    }

    @Test
    void dequantizeIsExactlyRounded() {
        for (int q = -128; q < 128; q++) {
            float scale = 0.1f + q * 1e-4f;
            float expected = BigDecimal.valueOf(q + 7).multiply(new BigDecimal(scale)).floatValue();
            assertEquals(expected, Quantization.dequantize(q, scale, -7));
        }
    }

    @Test
    void biasIsRoundedInDoubleAndBounded() {
        assertEquals(1000, Scales.quantizeBias(1, 0.0625f, 0.016f));
        assertEquals(2, Scales.quantizeBias(2.5f, 1, 1));
        assertEquals(4, Scales.quantizeBias(3.5f, 1, 1));
        assertEquals(1 << 30, Scales.quantizeBias(0x1p30f, 1, 1));
        assertThrows(ArithmeticException.class, () -> Scales.quantizeBias(0x1.00001p30f, 1, 1));
        assertThrows(ArithmeticException.class, () -> Scales.quantizeBias(Float.NaN, 1, 1));
        assertThrows(ArithmeticException.class, () -> Scales.quantizeBias(1, Float.MIN_VALUE, Float.MIN_VALUE));
    }

    @Test
    void fixedPointFullyConnectedMultipliesScalesInSinglePrecision() {
        float in = 0.1f;
        float weight = 0.3f;
        double exact = new BigDecimal(in).multiply(new BigDecimal(weight)).doubleValue();
        double single = new BigDecimal(in).multiply(new BigDecimal(weight)).floatValue();
        assertTrue(exact != single);
        assertEquals(exact, Scales.fullyConnectedFactor(Rounding.FLOAT32, false, in, weight, 1));
        assertEquals(exact, Scales.fullyConnectedFactor(Rounding.SINGLE_ROUNDING, true, in, weight, 1));
        assertEquals(single, Scales.fullyConnectedFactor(Rounding.SINGLE_ROUNDING, false, in, weight, 1));
    }

    @Test
    void activationsNarrowTheRange() {
        var range = new QuantRange(-128, -128, 127);
        assertEquals(new QuantRange(-128, -128, 127), range.narrow(0, Float.POSITIVE_INFINITY, 0.02f));
        assertEquals(new QuantRange(-128, -128, -28), range.narrow(0, 6, 0.06f));
        assertEquals(new QuantRange(10, 10, 127), new QuantRange(10, -128, 127).narrow(0, 6, 0.01f));
        // 2.5 rounds to 2 under half-even and to 3 away from zero.
        assertEquals(-126, range.narrow(0, 2.5f, 1).max());
        assertEquals(-125, range.narrowTflite(0, 2.5f, 1).max());
        assertEquals(new QuantRange(127, 127, 127), new QuantRange(127, -128, 127).narrow(0, 6, 1));
    }
}
