package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RoundingTest {
    @Test
    void everyRoundingPrintsAndParsesBack() {
        int seen = 0;
        for (int bits : new int[] {15, 16, 31, 32}) {
            for (Rounding.Mode mode : Rounding.Mode.values()) {
                for (Rounding.Intermediate width : Rounding.Intermediate.values()) {
                    if (mode == Rounding.Mode.GEMMLOWP_DOUBLE
                            && (bits != 31 || width != Rounding.Intermediate.I32)) {
                        assertThrows(IllegalArgumentException.class, () -> new Rounding.Fixed(bits, mode, width));
                    } else {
                        Rounding r = new Rounding.Fixed(bits, mode, width);
                        assertEquals(r, Rounding.parse(r.text()));
                        seen++;
                    }
                }
            }
        }
        assertEquals(4 * 5 * 2 + 1, seen);
        assertEquals(Rounding.FLOAT32, Rounding.parse(" f32 "));
        assertEquals("fixed<31, gemmlowp-double, i32>", Rounding.GEMMLOWP.text());
        assertEquals(Rounding.SINGLE_ROUNDING, Rounding.parse("fixed<31,half-up,i64>"));
    }

    @Test
    void otherTextsAreRefusedWithWhatIsExpected() {
        for (String bad : new String[] {"", "f64", "fixed<31>", "fixed<30, floor, i64>", "fixed<31, up, i64>",
            "fixed<31, floor, i16>", "fixed<31, gemmlowp-double, i64>"}) {
            var e = assertThrows(IllegalArgumentException.class, () -> Rounding.parse(bad), bad);
            assertTrue(e.getMessage().length() > 20, e.getMessage());
        }
    }

    @Test
    void presetsNameThemselvesAndDifferByFamily() {
        for (ArithmeticPreset preset : ArithmeticPreset.values()) {
            assertEquals(preset, ArithmeticPreset.parse(preset.text()));
        }
        assertEquals(Rounding.DOUBLE_HALF_UP, ArithmeticPreset.TFLITE.rounding(OpFamily.CONVOLUTION));
        assertEquals(Rounding.GEMMLOWP, ArithmeticPreset.TFLITE.rounding(OpFamily.DEPTHWISE_CONVOLUTION));
        assertThrows(IllegalArgumentException.class, () -> ArithmeticPreset.parse("tf"));
    }
}
