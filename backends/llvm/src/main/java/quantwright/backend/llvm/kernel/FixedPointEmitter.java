package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Fixed-point requantization in 64-bit lanes: even and odd accumulator lanes are widened in place, so that no lane moves.
 * The constants block holds the multipliers and shifts of each vector as 64-bit values, even lanes first.
 */
final class FixedPointEmitter {
    private final FunctionBuilder f;
    private final Epilogue.Requantize.Fixed kind;
    private final EpilogueLayout layout;
    private final Address channels4;
    private final Address channels8;

    FixedPointEmitter(FunctionBuilder f, Epilogue.Requantize.Fixed kind, EpilogueLayout layout, Address channels4,
            Address channels8) {
        this.f = f;
        this.kind = kind;
        this.layout = layout;
        this.channels4 = channels4;
        this.channels8 = channels8;
    }

    /** The position of padded lane {@code lane} in the 64-bit arrays, for a vector that starts at {@code start}. */
    static int position(int start, int lanes, int lane) {
        int i = lane - start;
        return start + (i % 2 == 0 ? i / 2 : lanes / 2 + i / 2);
    }

    /** The rounded value per lane of {@code acc}, a vector whose first lane is padded channel {@code lane}. */
    Value requantize(Value acc, int lane) {
        int n = acc.type().lanes();
        Value a = kind.leftShift()
            ? f.shl(acc, f.load(acc.type(), channels4.plus(layout.leftShift + 4L * lane), 16)) : acc;
        IrType wide = IrType.I64.vec(n / 2);
        Value pair = f.bitcast(a, wide);
        Value low = half(f.ashr(f.shl(pair, Value.of(wide, 32)), Value.of(wide, 32)), lane, 0);
        Value high = half(f.ashr(pair, Value.of(wide, 32)), lane, n / 2);
        Value mask = Value.of(wide, 0xffffffffL);
        Value joined = f.or(f.and(low, mask), f.shl(high, Value.of(wide, 32)));
        return f.bitcast(joined, acc.type());
    }

    private Value half(Value acc, int lane, int part) {
        IrType wide = acc.type();
        long at = 8L * (lane + part);
        Value m = f.load(wide, channels8.plus(layout.factor + at), 16);
        // Multipliers fit 32 bits, which the sign extension tells code generation.
        Value narrow = f.ashr(f.shl(m, Value.of(wide, 32)), Value.of(wide, 32));
        Value product = f.mul(acc, narrow);
        Value shift = f.load(wide, channels8.plus(layout.shift + at), 16);
        Value r = switch (kind.rounding()) {
            case FLOOR -> f.ashr(product, shift);
            case HALF_UP -> f.ashr(f.add(product, halfOf(shift)), shift);
            case HALF_AWAY -> halfAway(product, shift);
            case HALF_EVEN -> halfEven(product, shift);
            case TOWARD_ZERO -> towardZero(product, shift);
            case GEMMLOWP_DOUBLE -> gemmlowp(product, shift);
        };
        Value top = Value.of(wide, Integer.MAX_VALUE);
        return kind.proven() ? r : f.smax(f.smin(r, top), Value.of(wide, Integer.MIN_VALUE));
    }

    // (1 << shift) >> 1, which is 0 for a shift of 0
    private Value halfOf(Value shift) {
        Value one = Value.of(shift.type(), 1);
        return f.lshr(f.shl(one, shift), one);
    }

    private Value sign(Value v) {
        return f.ashr(v, Value.of(v.type(), 63));
    }

    // half away from zero: the nudge is one less below zero
    private Value halfAway(Value v, Value shift) {
        Value half = halfOf(shift);
        Value nudge = f.add(half, f.select(f.icmp("eq", half, Value.zero(half.type())), half, sign(v)));
        return f.ashr(f.add(v, nudge), shift);
    }

    private Value halfEven(Value v, Value shift) {
        Value one = Value.of(v.type(), 1);
        Value half = halfOf(shift);
        Value odd = f.and(f.ashr(v, shift), one);
        Value nudge = f.add(f.sub(half, one), odd);
        Value used = f.select(f.icmp("eq", half, Value.zero(half.type())), half, nudge);
        return f.ashr(f.add(v, used), shift);
    }

    private Value towardZero(Value v, Value shift) {
        Value mask = f.sub(f.shl(Value.of(v.type(), 1), shift), Value.of(v.type(), 1));
        return f.ashr(f.add(v, f.and(sign(v), mask)), shift);
    }

    // SaturatingRoundingDoublingHighMul is (p + 2^30) >> 31 for a positive multiplier; then RoundingDivideByPOT.
    private Value gemmlowp(Value product, Value shift) {
        Value nudged = f.add(product, Value.of(product.type(), 1L << 30));
        Value high = f.ashr(nudged, Value.of(product.type(), 31));
        return halfAway(high, f.sub(shift, Value.of(shift.type(), 31)));
    }
}
