package quantwright.backend.llvm.cases;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import quantwright.backend.llvm.kernel.Epilogue.FixedRounding;

/** Fixed-point scaling by big numbers, and TensorFlow Lite's two-step form written as its C++ is. */
public final class FixedOracle {
    private FixedOracle() {
    }

    public static long scale(long acc, int multiplier, int shift, FixedRounding rounding) {
        if (rounding == FixedRounding.GEMMLOWP_DOUBLE) {
            return roundingDivideByPot(doublingHighMul((int) acc, multiplier), shift - 31);
        }
        if (rounding == FixedRounding.DOUBLE_HALF_UP) {
            return scale(doublingHighMul((int) acc, multiplier), 1, shift - 31, FixedRounding.HALF_UP);
        }
        var exact = new BigDecimal(BigInteger.valueOf(acc).multiply(BigInteger.valueOf(multiplier)))
            .divide(new BigDecimal(BigInteger.ONE.shiftLeft(shift)));
        BigDecimal r = switch (rounding) {
            case HALF_EVEN -> exact.setScale(0, RoundingMode.HALF_EVEN);
            case HALF_UP -> exact.add(new BigDecimal("0.5")).setScale(0, RoundingMode.FLOOR);
            case HALF_AWAY -> exact.setScale(0, RoundingMode.HALF_UP);
            case FLOOR -> exact.setScale(0, RoundingMode.FLOOR);
            case TOWARD_ZERO -> exact.setScale(0, RoundingMode.DOWN);
            case GEMMLOWP_DOUBLE, DOUBLE_HALF_UP -> throw new AssertionError();
        };
        return r.longValueExact();
    }

    public static int doublingHighMul(int a, int b) {
        long ab = (long) a * b;
        int nudge = ab >= 0 ? (1 << 30) : (1 - (1 << 30));
        return (int) ((ab + nudge) / (1L << 31));
    }

    public static int roundingDivideByPot(int x, int exponent) {
        int mask = (int) ((1L << exponent) - 1);
        int remainder = x & mask;
        int threshold = (mask >> 1) + (x < 0 ? 1 : 0);
        return (x >> exponent) + (remainder > threshold ? 1 : 0);
    }
}
