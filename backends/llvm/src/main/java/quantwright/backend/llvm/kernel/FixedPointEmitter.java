package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Fixed-point scaling of i32 lanes in 64 bits: even and odd lanes are widened in place, so that no lane moves.
 * Multipliers and shifts come as 64-bit lanes, those of the even lanes apart from those of the odd.
 */
final class FixedPointEmitter {
    private final FunctionBuilder f;
    private final VectorIsa isa;
    private final Epilogue.FixedRounding rounding;
    private final boolean proven;

    /**
     * Code for one rounding.
     *
     * @param proven every rounded product fits i32
     */
    FixedPointEmitter(FunctionBuilder f, VectorIsa isa, Epilogue.FixedRounding rounding, boolean proven) {
        this.f = f;
        this.isa = isa;
        this.rounding = rounding;
        this.proven = proven;
    }

    /** The position of padded lane {@code lane} in the 64-bit arrays, for a vector that starts at {@code start}. */
    static int position(int start, int lanes, int lane) {
        int i = lane - start;
        return start + (i % 2 == 0 ? i / 2 : lanes / 2 + i / 2);
    }

    /** The rounded product per lane; {@code multipliers} and {@code shifts} hold even lanes, then odd. */
    Value scale(Value acc, Value[] multipliers, Value[] shifts) {
        if (!rounding.doubled()) {
            return roundOnce(acc, multipliers, shifts);
        }
        return isa.scalesDoubled() ? isa.scaleDoubled(f, acc, words(multipliers), words(shifts),
                rounding == Epilogue.FixedRounding.GEMMLOWP_DOUBLE) : roundTwice(acc, multipliers, shifts);
    }

    private Value roundOnce(Value acc, Value[] multipliers, Value[] shifts) {
        IrType wide = IrType.I64.vec(acc.type().lanes() / 2);
        Value pair = f.bitcast(acc, wide);
        Value low = half(f.ashr(f.shl(pair, Value.of(wide, 32)), Value.of(wide, 32)), multipliers[0], shifts[0]);
        Value high = half(f.ashr(pair, Value.of(wide, 32)), multipliers[1], shifts[1]);
        Value mask = Value.of(wide, 0xffffffffL);
        Value joined = f.or(f.and(low, mask), f.shl(high, Value.of(wide, 32)));
        return f.bitcast(joined, acc.type());
    }

    /** The low words of 64-bit lanes that come apart as even and odd, in the order of the lanes. */
    private Value words(Value[] halves) {
        int n = 2 * halves[0].type().lanes();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i % 2 == 0 ? i : n + i - 1;
        }
        IrType words = IrType.I32.vec(n);
        return f.shuffle(f.bitcast(halves[0], words), f.bitcast(halves[1], words), order);
    }

    private Value half(Value acc, Value m, Value shift) {
        IrType wide = acc.type();
        // Multipliers fit 32 bits, which the sign extension tells code generation.
        Value narrow = f.ashr(f.shl(m, Value.of(wide, 32)), Value.of(wide, 32));
        Value product = f.mul(acc, narrow);
        Value r = switch (rounding) {
            case FLOOR -> f.ashr(product, shift);
            case HALF_UP -> halfUp(product, shift);
            case HALF_AWAY -> halfAway(product, shift);
            case HALF_EVEN -> halfEven(product, shift);
            case TOWARD_ZERO -> towardZero(product, shift);
            case GEMMLOWP_DOUBLE, DOUBLE_HALF_UP -> throw new IllegalStateException(rounding.toString());
        };
        Value top = Value.of(wide, Integer.MAX_VALUE);
        return proven ? r : f.smax(f.smin(r, top), Value.of(wide, Integer.MIN_VALUE));
    }

    // (1 << shift) >> 1, which is 0 for a shift of 0
    private Value halfOf(Value shift) {
        Value one = Value.of(shift.type(), 1);
        return f.lshr(f.shl(one, shift), one);
    }

    private Value sign(Value v) {
        return f.ashr(v, Value.of(v.type(), 63));
    }

    private Value halfUp(Value v, Value shift) {
        return f.ashr(f.add(v, halfOf(shift)), shift);
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

    /**
     * SaturatingRoundingDoublingHighMul, {@code (acc * m + 2^30) >> 31} for a positive multiplier, which fits 32 bits; then
     * the rounding shift, in whole vectors of i32.
     */
    private Value roundTwice(Value acc, Value[] multipliers, Value[] shifts) {
        IrType wide = IrType.I64.vec(acc.type().lanes() / 2);
        Value half = Value.of(wide, 32);
        Value pair = f.bitcast(acc, wide);
        Value even = nudged(f.ashr(f.shl(pair, half), half), multipliers[0]);
        Value odd = nudged(f.ashr(pair, half), multipliers[1]);
        Value low = f.and(f.lshr(even, Value.of(wide, 31)), Value.of(wide, 0xffffffffL));
        Value high = f.and(f.shl(odd, Value.of(wide, 1)), Value.of(wide, 0xffffffffL << 32));
        Value doubled = f.bitcast(f.or(low, high), acc.type());
        Value amounts = f.bitcast(f.or(shifts[0], f.shl(shifts[1], half)), acc.type());
        return shifted(doubled, f.sub(amounts, Value.of(acc.type(), 31)));
    }

    private Value nudged(Value acc, Value m) {
        Value half = Value.of(acc.type(), 32);
        // Multipliers fit 32 bits, which the sign extension tells code generation.
        Value narrow = f.ashr(f.shl(m, half), half);
        return f.add(f.mul(acc, narrow), Value.of(acc.type(), 1L << 30));
    }

    /** Rounds to nearest, ties up, or away from zero: the same on a negative number that is one less. */
    private Value shifted(Value v, Value right) {
        Value one = Value.of(v.type(), 1);
        Value some = f.umin(right, one);
        Value x = v;
        if (rounding == Epilogue.FixedRounding.GEMMLOWP_DOUBLE) {
            Value negative = f.ashr(v, Value.of(v.type(), 31));
            x = f.add(v, f.and(negative, f.sub(Value.zero(v.type()), some)));
        }
        // The last bit that is shifted out rounds; adding half first could overflow.
        Value last = f.and(f.ashr(x, f.sub(right, some)), some);
        return f.add(f.ashr(x, right), last);
    }
}
