package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the real functions, over all operands; the bits are held against TensorFlow Lite where it is at hand. */
class GemmlowpFunctionsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5})
    void areCloseToTheRealFunctions(int integerBits) {
        double worst = 0;
        for (int x = Short.MIN_VALUE; x <= Short.MAX_VALUE; x++) {
            double real = Math.scalb(x, integerBits - 15);
            worst = Math.max(worst, Math.abs(GemmlowpFunctions.tanh((short) x, integerBits) - 32768 * Math.tanh(real)));
            double logistic = 32768 / (1 + Math.exp(-real));
            worst = Math.max(worst, Math.abs(GemmlowpFunctions.logistic((short) x, integerBits) - logistic));
        }
        assertTrue(worst < 32, "off by " + worst + " of 32768");
    }

    @Test
    void zeroIsExact() {
        assertEquals(1 << 14, GemmlowpFunctions.logistic((short) 0, 3));
        assertEquals(0, GemmlowpFunctions.tanh((short) 0, 3));
    }

    @Test
    void productsSaturate() {
        assertEquals(Short.MAX_VALUE, GemmlowpFunctions.multiply(Short.MIN_VALUE, Short.MIN_VALUE));
        assertEquals(1, GemmlowpFunctions.multiply(1, 1 << 14));
        assertEquals(0, GemmlowpFunctions.multiply(-1, 1 << 14));
    }
}
