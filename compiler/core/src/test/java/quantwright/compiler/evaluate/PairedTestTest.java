package quantwright.compiler.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Against R: {@code binom.test(10, 13)} gives the interval [0.4618685, 0.9496189] and p = 0.09228516. */
class PairedTestTest {
    @Test
    void agreesWithTheBinomialTest() {
        PairedTest test = new PairedTest(100, 10, 3);
        assertEquals(7, test.drop(), 1e-12);
        assertEquals(13 * (2 * 0.4618685 - 1), test.dropLow(), 1e-5);
        assertEquals(13 * (2 * 0.9496189 - 1), test.dropHigh(), 1e-5);
        assertEquals(0.09228516, test.pValue(), 1e-8);
    }

    @Test
    void swappingTheModelsMirrorsTheInterval() {
        PairedTest test = new PairedTest(500, 4, 9);
        PairedTest swapped = new PairedTest(500, 9, 4);
        assertEquals(-test.dropHigh(), swapped.dropLow(), 1e-9);
        assertEquals(-test.dropLow(), swapped.dropHigh(), 1e-9);
        assertEquals(test.pValue(), swapped.pValue(), 1e-12);
    }

    @Test
    void oneSidedCountsReachTheEnds() {
        // binom.test(5, 5): [0.4781762, 1].
        PairedTest test = new PairedTest(50, 5, 0);
        assertEquals(10 * (2 * 0.4781762 - 1), test.dropLow(), 1e-5);
        assertEquals(10, test.dropHigh(), 1e-9);
        assertEquals(0.0625, test.pValue(), 1e-12);
    }

    @Test
    void noDifferenceIsNoDrop() {
        PairedTest test = new PairedTest(50, 0, 0);
        assertEquals(0, test.drop());
        assertEquals(1, test.pValue());
    }

    @Test
    void thousandsOfSamplesDoNotUnderflow() {
        PairedTest test = new PairedTest(100_000, 3000, 2900);
        assertEquals(0.1, test.drop(), 1e-12);
        // The normal approximation: (b - c +- 1.96 sqrt(b + c)) / n.
        assertEquals((100 - 1.96 * Math.sqrt(5900)) / 1000, test.dropLow(), 2e-3);
        assertEquals((100 + 1.96 * Math.sqrt(5900)) / 1000, test.dropHigh(), 2e-3);
    }
}
