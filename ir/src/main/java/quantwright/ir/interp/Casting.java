package quantwright.ir.interp;

import java.math.BigInteger;
import quantwright.ir.arith.HalfFloats;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Conversions between plain element types. */
final class Casting {
    private static final double TWO_63 = 0x1p63;

    private Casting() {
    }

    /** Converts every element; see {@link quantwright.ir.op.Cast} for the rules. */
    static Tensor cast(Tensor x, TensorType result) {
        ScalarType from = x.type().storage();
        ScalarType to = result.storage();
        if (from == to) {
            return x;
        }
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            if (from.isFloat()) {
                real(out, i, x, to);
            } else {
                whole(out, i, x.integer(i), from == ScalarType.U64, to);
            }
        }
        return out;
    }

    /** f16 and bf16 as f32; other types unchanged. */
    static Tensor widen(Tensor x) {
        return isHalf(x.type().storage()) ? cast(x, x.type().withElement(ScalarType.F32)) : x;
    }

    /** Whether a type computes in f32. */
    static boolean isHalf(ScalarType type) {
        return type == ScalarType.F16 || type == ScalarType.BF16;
    }

    /** Element {@code i} of a float tensor, exactly. */
    static double real(Tensor x, int i) {
        return switch (x.type().storage()) {
            case F64 -> x.doubles()[i];
            case F32 -> x.floats()[i];
            case F16 -> HalfFloats.fromF16(x.shorts()[i]);
            case BF16 -> HalfFloats.fromBf16(x.shorts()[i]);
            default -> throw new IllegalArgumentException(x.type().storage() + " is no float type");
        };
    }

    private static void real(Tensor out, int i, Tensor x, ScalarType to) {
        double value = real(x, i);
        switch (to) {
            case F64 -> out.doubles()[i] = value;
            case F32 -> out.floats()[i] = (float) value;
            case F16 -> out.shorts()[i] = HalfFloats.toF16(toOdd(value));
            case BF16 -> out.shorts()[i] = HalfFloats.toBf16(toOdd(value));
            case BOOL -> out.bytes()[i] = (byte) (value != 0 ? 1 : 0);
            case U64 -> out.longs()[i] = value >= TWO_63 ? unsigned(value) : Math.max(0, (long) value);
            case I64 -> out.longs()[i] = (long) value;
            default -> out.setInteger(i, Math.clamp((long) value, to.minValue(), to.maxValue()));
        }
    }

    private static long unsigned(double value) {
        return value >= 2 * TWO_63 ? -1L : (long) (value - TWO_63) ^ Long.MIN_VALUE;
    }

    private static void whole(Tensor out, int i, long value, boolean unsigned, ScalarType to) {
        boolean huge = unsigned && value < 0;
        switch (to) {
            case F64 -> out.doubles()[i] = huge ? unsigned(value).doubleValue() : value;
            case F32 -> out.floats()[i] = huge ? unsigned(value).floatValue() : value;
            case F16 -> out.shorts()[i] = HalfFloats.toF16(toOdd(
                    huge ? Double.MAX_VALUE : (double) Math.clamp(value, -1L << 52, 1L << 52)));
            case BF16 -> out.shorts()[i] = HalfFloats.toBf16(toOdd(huge ? unsigned(value).doubleValue() : value));
            case BOOL -> out.bytes()[i] = (byte) (value != 0 ? 1 : 0);
            default -> out.setInteger(i, Integers.wrap(value, to));
        }
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    /**
     * A double rounded to f32 by rounding to odd: a second rounding to a type of at most 22 significant bits then gives
     * what one rounding of the double would.
     */
    private static float toOdd(double value) {
        float f = (float) value;
        if (f == value || Double.isNaN(value) || Float.isInfinite(f)) {
            return f;
        }
        float down = Math.abs((double) f) > Math.abs(value)
                ? Float.intBitsToFloat(Float.floatToRawIntBits(f) - 1) : f;
        return Float.intBitsToFloat(Float.floatToRawIntBits(down) | 1);
    }
}
