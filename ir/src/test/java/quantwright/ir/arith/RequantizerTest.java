package quantwright.ir.arith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Requantization against exact decimal and big-integer formulations. */
class RequantizerTest {
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final QuantRange WIDE = new QuantRange(0, Integer.MIN_VALUE, Integer.MAX_VALUE);

    private static BigDecimal pow2(int n) {
        return n >= 0 ? TWO.pow(n) : BigDecimal.ONE.divide(TWO.pow(-n));
    }

    private static BigInteger round(BigDecimal x, Rounding.Mode mode) {
        return switch (mode) {
            case HALF_EVEN -> x.setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
            case HALF_UP -> x.add(HALF).setScale(0, RoundingMode.FLOOR).toBigInteger();
            case HALF_AWAY, GEMMLOWP_DOUBLE -> x.setScale(0, RoundingMode.HALF_UP).toBigInteger();
            case FLOOR -> x.setScale(0, RoundingMode.FLOOR).toBigInteger();
            case TOWARD_ZERO -> x.setScale(0, RoundingMode.DOWN).toBigInteger();
        };
    }

    private static BigInteger clamp(BigInteger x, QuantRange r) {
        BigInteger sum = x.add(BigInteger.valueOf(r.zero()));
        return sum.max(BigInteger.valueOf(r.min())).min(BigInteger.valueOf(r.max()));
    }

    private static int accumulator(SplittableRandom random) {
        return (int) (random.nextLong() >> 32 + random.nextInt(31));
    }

    @Test
    void multiplierIsTheNearestNormalisedValue() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            double factor = Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-30, 8));
            for (int bits : new int[] {31, 32}) {
                Multiplier m = Multiplier.of(factor, bits);
                BigDecimal error = new BigDecimal(factor).subtract(
                    BigDecimal.valueOf(m.value()).multiply(pow2(m.exponent() - bits))).abs();
                assertTrue(error.compareTo(HALF.multiply(pow2(m.exponent() - bits))) <= 0, factor + " " + m);
                assertTrue(m.value() >= 1L << (bits - 1) && m.value() < 1L << bits);
                assertTrue(m.totalRightShift() >= 0 && m.totalRightShift() <= 62);
            }
        }
    }

    @Test
    void multiplierEdges() {
        assertEquals(new Multiplier(31, 1L << 30, 1), Multiplier.of(1.0, 31));
        assertEquals(new Multiplier(31, 1L << 30, 0), Multiplier.of(0.5, 31));
        // Rounds up to 2^31, so it is halved and the exponent grows.
        assertEquals(new Multiplier(31, 1L << 30, 1), Multiplier.of(Math.nextDown(1.0), 31));
        assertEquals(new Multiplier(31, 0, 0), Multiplier.of(0, 31));
        assertEquals(new Multiplier(31, 1L << 30, -31), Multiplier.of(0x1p-32, 31));
        assertEquals(new Multiplier(31, 0, 0), Multiplier.of(Math.nextDown(0x1p-33), 31));
        assertEquals(new Multiplier(31, 0, 0), Multiplier.of(Double.MIN_VALUE, 31));
        assertEquals(new Multiplier(32, 0, 0), Multiplier.of(0x1p-32, 32), "shift 63 is out of range");
        // 15 bits: saturates where TFLite's reduction would carry out of the top bit.
        assertEquals(new Multiplier(15, 0x7FFF, 0), Multiplier.of(1 - 0x1p-17, 15));
        assertEquals(new Multiplier(15, 0x4000, 1), Multiplier.of(1.0, 15));
        assertThrows(IllegalArgumentException.class, () -> Multiplier.of(-1, 31));
        assertThrows(IllegalArgumentException.class, () -> Multiplier.of(Double.NaN, 31));
        assertThrows(IllegalArgumentException.class, () -> Multiplier.of(Double.POSITIVE_INFINITY, 31));
        assertThrows(IllegalArgumentException.class, () -> Multiplier.of(0x1p16, 15));
    }

    @Test
    void narrowMultipliersFollowTflitesReduction() {
        var random = new SplittableRandom(2);
        for (int i = 0; i < 100_000; i++) {
            double factor = Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-20, 8));
            Multiplier wide = Multiplier.of(factor, 31);
            long expected = wide.value() < 0x7FFF0000L ? (wide.value() + (1 << 15)) / (1 << 16) : 0x7FFF;
            assertEquals(new Multiplier(15, expected, wide.exponent()), Multiplier.of(factor, 15));
        }
    }

    @Test
    void wholeProductModesAreTheExactQuotientRounded() {
        var random = new SplittableRandom(3);
        for (int bits : new int[] {15, 16, 31, 32}) {
            for (Rounding.Mode mode : Rounding.Mode.values()) {
                if (mode == Rounding.Mode.GEMMLOWP_DOUBLE) {
                    continue;
                }
                var rounding = new Rounding.Fixed(bits, mode, Rounding.Intermediate.I64);
                for (int i = 0; i < 20_000; i++) {
                    // Coarse factors make ties frequent.
                    double factor = Math.scalb(random.nextInt(1, 32), random.nextInt(-20, 1));
                    if (i % 2 == 0) {
                        factor *= 0.5 + random.nextDouble() / 2;
                    }
                    Requantizer.Fixed q = (Requantizer.Fixed) Requantizer.of(rounding, factor);
                    Multiplier m = q.multiplier();
                    BigDecimal scale = BigDecimal.valueOf(m.value()).multiply(pow2(m.exponent() - bits));
                    int acc = accumulator(random);
                    var range = new QuantRange(random.nextInt(-128, 128), -128, 127);
                    BigInteger exact = round(BigDecimal.valueOf(acc).multiply(scale), mode);
                    assertEquals(clamp(exact, range).intValue(), q.apply(acc, range), acc + " " + q);
                    long wide = random.nextLong() >> 11 + random.nextInt(52);
                    BigInteger exactWide = round(BigDecimal.valueOf(wide).multiply(scale), mode);
                    if (exactWide.bitLength() < 62) {
                        assertEquals(clamp(exactWide, range).intValue(), q.applyWide(wide, range), wide + " " + q);
                    }
                }
            }
        }
    }

    @Test
    void gemmlowpRoundsTwice() {
        var random = new SplittableRandom(4);
        long different = 0;
        for (int i = 0; i < 300_000; i++) {
            double factor = Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-16, 4));
            Requantizer.Fixed q = (Requantizer.Fixed) Requantizer.of(Rounding.GEMMLOWP, factor);
            Multiplier m = q.multiplier();
            int acc = accumulator(random) >> 4;
            BigInteger shifted = BigInteger.valueOf(acc).shiftLeft(Math.max(m.exponent(), 0));
            BigDecimal first = new BigDecimal(shifted.multiply(BigInteger.valueOf(m.value()))).multiply(pow2(-31));
            // The C formulation: nudge by the product's sign, divide towards zero.
            BigInteger product = shifted.multiply(BigInteger.valueOf(m.value()));
            BigInteger nudge = BigInteger.valueOf(product.signum() >= 0 ? 1L << 30 : 1 - (1L << 30));
            BigInteger high = product.add(nudge).divide(BigInteger.ONE.shiftLeft(31));
            assertEquals(round(first, Rounding.Mode.HALF_UP), high);
            BigInteger expected = round(new BigDecimal(high).multiply(pow2(-Math.max(-m.exponent(), 0))),
                Rounding.Mode.HALF_AWAY);
            assertEquals(expected.longValueExact(), q.scale(acc), acc + " " + q);
            Requantizer single = Requantizer.of(Rounding.SINGLE_ROUNDING, factor);
            different += single.apply(acc, WIDE) == expected.intValue() ? 0 : 1;
        }
        assertTrue(different > 30, "double and single rounding should differ now and then, not " + different);
    }

    @Test
    void narrowIntermediateRoundsTheHighPartFirst() {
        var random = new SplittableRandom(5);
        for (int bits : new int[] {15, 16, 31, 32}) {
            for (Rounding.Mode mode : Rounding.Mode.values()) {
                if (mode == Rounding.Mode.GEMMLOWP_DOUBLE) {
                    continue;
                }
                var rounding = new Rounding.Fixed(bits, mode, Rounding.Intermediate.I32);
                for (int i = 0; i < 20_000; i++) {
                    double factor = Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-16, 4));
                    Requantizer.Fixed q = (Requantizer.Fixed) Requantizer.of(rounding, factor);
                    Multiplier m = q.multiplier();
                    int acc = accumulator(random) >> 4;
                    BigDecimal product = new BigDecimal(BigInteger.valueOf(acc).shiftLeft(Math.max(m.exponent(), 0))
                        .multiply(BigInteger.valueOf(m.value())));
                    BigInteger high = round(product.multiply(pow2(-bits)), Rounding.Mode.HALF_UP);
                    BigInteger expected = round(new BigDecimal(high).multiply(pow2(Math.min(m.exponent(), 0))), mode);
                    assertEquals(expected.longValueExact(), q.scale(acc), acc + " " + q);
                }
            }
        }
        assertThrows(UnsupportedOperationException.class,
            () -> Requantizer.of(Rounding.GEMMLOWP, 0.5).applyWide(1, WIDE));
    }

    @Test
    void floatRescalingIsOneRoundingPerStep() {
        var random = new SplittableRandom(6);
        for (int i = 0; i < 300_000; i++) {
            float factor = (float) Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(-24, 4));
            if (i % 3 == 0) {
                factor = (float) Math.scalb(1.0, random.nextInt(-10, 4));
            }
            Requantizer q = Requantizer.of(Rounding.FLOAT32, factor);
            var range = new QuantRange(random.nextInt(-128, 128), -128, 127);
            int acc = accumulator(random);
            assertEquals(exactFloat(BigDecimal.valueOf(acc), factor, range), q.apply(acc, range));
            long wide = random.nextLong() >> 11 + random.nextInt(52);
            assertEquals(exactFloat(BigDecimal.valueOf(wide), factor, range), q.applyWide(wide, range), wide + "");
        }
        assertThrows(ArithmeticException.class, () -> Requantizer.of(Rounding.FLOAT32, 1).applyWide(1L << 53, WIDE));
        assertThrows(IllegalArgumentException.class, () -> Requantizer.of(Rounding.FLOAT32, 1).apply(1, WIDE));
        assertThrows(IllegalArgumentException.class, () -> Requantizer.of(Rounding.FLOAT32, 1e300));
    }

    private static int exactFloat(BigDecimal acc, float factor, QuantRange range) {
        BigDecimal converted = new BigDecimal(acc.floatValue());
        BigDecimal product = new BigDecimal(converted.multiply(new BigDecimal(factor)).floatValue());
        return clamp(product.setScale(0, RoundingMode.HALF_EVEN).toBigInteger(), range).intValue();
    }

    @Test
    void divisionRoundsExactly() {
        var random = new SplittableRandom(7);
        for (Rounding.Mode mode : Rounding.Mode.values()) {
            for (int x = -300; x <= 300; x++) {
                for (int d = 1; d <= 40; d++) {
                    assertEquals(quotient(x, d, mode), BigInteger.valueOf(IntegerRounding.divide(x, d, mode)),
                        x + "/" + d + " " + mode);
                }
            }
            for (int i = 0; i < 10_000; i++) {
                long x = random.nextLong() >> random.nextInt(60);
                long d = Math.max(1, random.nextLong(Long.MAX_VALUE) >> random.nextInt(62));
                assertEquals(quotient(x, d, mode), BigInteger.valueOf(IntegerRounding.divide(x, d, mode)));
                int shift = random.nextInt(64);
                assertEquals(round(BigDecimal.valueOf(x).multiply(pow2(-shift)), mode),
                    BigInteger.valueOf(IntegerRounding.shiftRight(x, shift, mode)), x + ">>" + shift + " " + mode);
            }
        }
    }

    /** From the truncated quotient and twice the remainder. */
    private static BigInteger quotient(long x, long d, Rounding.Mode mode) {
        BigInteger[] qr = BigInteger.valueOf(x).divideAndRemainder(BigInteger.valueOf(d));
        BigInteger away = qr[0].add(BigInteger.valueOf(x < 0 ? -1 : 1));
        int half = qr[1].abs().shiftLeft(1).compareTo(BigInteger.valueOf(d));
        return switch (mode) {
            case HALF_EVEN -> half > 0 || half == 0 && qr[0].testBit(0) ? away : qr[0];
            case HALF_UP -> half > 0 || half == 0 && x > 0 ? away : qr[0];
            case HALF_AWAY, GEMMLOWP_DOUBLE -> half >= 0 ? away : qr[0];
            case FLOOR -> x < 0 && qr[1].signum() != 0 ? away : qr[0];
            case TOWARD_ZERO -> qr[0];
        };
    }
}
