package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;

/**
 * Code for {@link Requantizer}, step by step the same, on i32 scalars or vectors; all factors and bounds are numbers in
 * the constants block, so that one function serves every scale.
 *
 * @param rounding how the op rounds
 */
public record Rescaling(Rounding rounding) {
    private static final String SCALE_FIXED = "lilll";

    /** Slots of the factor alone: what {@link #scale} reads. */
    public String scaleSlots() {
        return switch (rounding) {
            case Rounding.F32 _ -> "f";
            case Rounding.Fixed _ -> SCALE_FIXED;
        };
    }

    /** Slots of the bounds: what {@link #finish} reads. */
    public String rangeSlots() {
        return switch (rounding) {
            case Rounding.F32 _ -> "ffi";
            case Rounding.Fixed _ -> "lll";
        };
    }

    /** Slots of a whole requantization. */
    public String slots() {
        return scaleSlots() + rangeSlots();
    }

    /** Why the interpreter refuses this range, or null. */
    public String problem(QuantRange out) {
        boolean exact = (long) out.min() - out.zero() >= -(1 << 24) && (long) out.max() - out.zero() <= 1 << 24;
        return rounding instanceof Rounding.F32 && !exact ? "range " + out + " is not exact in f32" : null;
    }

    /** Appends the numbers of a factor. */
    public void writeScale(Slots to, Requantizer requantizer) {
        switch (requantizer) {
            case Requantizer.F32 r -> to.f32(r.factor());
            case Requantizer.Fixed r -> {
                Multiplier m = r.multiplier();
                boolean wide = r.rounding().intermediate() == Rounding.Intermediate.I64;
                int shift = wide ? m.totalRightShift() : Math.max(-m.exponent(), 0);
                // Java's shift takes the amount modulo 32.
                to.i64(m.value()).i32(Math.max(m.exponent(), 0) & 31).i64(shift).i64((1L << shift) - 1)
                        .i64(Math.max(1, (1L << shift) >> 1));
            }
        }
    }

    /** Appends the numbers of the bounds. */
    public void writeRange(Slots to, QuantRange out) {
        switch (rounding) {
            case Rounding.F32 _ -> to.f32((float) ((long) out.min() - out.zero()))
                    .f32((float) ((long) out.max() - out.zero())).i32(out.zero());
            case Rounding.Fixed _ -> to.i64(out.zero()).i64(out.min()).i64(out.max());
        }
    }

    /** Appends the numbers of a whole requantization. */
    public void write(Slots to, Requantizer requantizer, QuantRange out) {
        writeScale(to, requantizer);
        writeRange(to, out);
    }

    /**
     * Rescales i32 or i64 accumulators without zero point or clamp. An i64 accumulator times its multiplier must fit
     * i64, and has no form with an i32 intermediate.
     *
     * @param at index of the first of {@link #scaleSlots()} in {@code c}
     * @return f32 lanes, not rounded, for {@link Rounding.F32}; rounded i64 lanes for {@link Rounding.Fixed}
     */
    Value scale(FunctionBuilder f, Value acc, Value[] c, int at) {
        return switch (rounding) {
            case Rounding.F32 _ -> f.fmul(f.sitofp(acc, IrType.F32.vec(acc.type().lanes())), c[at]);
            case Rounding.Fixed fixed -> fixed(f, fixed, acc, c, at);
        };
    }

    /** Clamps, rounds and adds the zero point; {@code at} is the index of the first of {@link #rangeSlots()}. */
    Value finish(FunctionBuilder f, Value scaled, Value[] c, int at) {
        if (rounding instanceof Rounding.F32) {
            Value x = f.select(f.fcmp("olt", scaled, c[at]), c[at], scaled);
            x = f.select(f.fcmp("ogt", x, c[at + 1]), c[at + 1], x);
            Value whole = f.overloaded("llvm.roundeven", x.type(), x);
            return f.add(f.fptosi(whole, IrType.I32.vec(x.type().lanes())), c[at + 2]);
        }
        Value sum = f.add(scaled, c[at]);
        Value clamped = f.smin(f.smax(sum, c[at + 1]), c[at + 2]);
        return f.trunc(clamped, IrType.I32.vec(clamped.type().lanes()));
    }

    /** {@link #scale} and {@link #finish}; {@code at} is the index of the first of {@link #slots()}. */
    Value apply(FunctionBuilder f, Value acc, Value[] c, int at) {
        return finish(f, scale(f, acc, c, at), c, at + scaleSlots().length());
    }

    private static Value fixed(FunctionBuilder f, Rounding.Fixed kind, Value acc, Value[] c, int at) {
        IrType wide = IrType.I64.vec(acc.type().lanes());
        Value shift = c[at + 2];
        if (kind.intermediate() == Rounding.Intermediate.I64) {
            Value widened = acc.type().equals(wide) ? acc : f.sext(acc, wide);
            return shiftRight(f, f.mul(widened, c[at]), shift, c[at + 3], c[at + 4], kind.mode());
        }
        Value shifted = f.shl(acc, c[at + 1]);
        Value product = f.mul(f.sext(shifted, wide), c[at]);
        product = f.add(product, Value.of(wide, 1L << (kind.multiplierBits() - 1)));
        Value high = f.ashr(product, Value.of(wide, kind.multiplierBits()));
        Value cut = f.sext(f.trunc(high, acc.type()), wide);
        return shiftRight(f, cut, shift, c[at + 3], c[at + 4], kind.mode());
    }

    /**
     * {@link quantwright.ir.arith.IntegerRounding#shiftRight} on i64 lanes.
     *
     * @param mask 2^shift - 1
     * @param half 2^(shift - 1), 1 for a shift of 0, which then never rounds
     */
    static Value shiftRight(FunctionBuilder f, Value x, Value shift, Value mask, Value half, Rounding.Mode mode) {
        Value floor = f.ashr(x, shift);
        if (mode == Rounding.Mode.FLOOR) {
            return floor;
        }
        Value rest = f.and(x, mask);
        Value zero = Value.zero(x.type());
        Value above = f.icmp("sgt", rest, half);
        Value tie = f.icmp("eq", rest, half);
        Value up = switch (mode) {
            case HALF_UP -> f.or(above, tie);
            case HALF_AWAY, GEMMLOWP_DOUBLE -> f.or(above, f.and(tie, f.icmp("sge", x, zero)));
            case HALF_EVEN -> f.or(above, f.and(tie, f.icmp("ne", f.and(floor, Value.of(x.type(), 1)), zero)));
            case TOWARD_ZERO -> f.and(f.icmp("slt", x, zero), f.icmp("ne", rest, zero));
            case FLOOR -> throw new IllegalStateException("floor never rounds up");
        };
        return f.add(floor, f.zext(up, x.type()));
    }

    /** Float rounded to integral, ties away from zero; exact for every magnitude. */
    static Value roundAway(FunctionBuilder f, Value x) {
        Value magnitude = f.fabs(x);
        Value floor = f.overloaded("llvm.floor", x.type(), magnitude);
        Value up = f.fcmp("oge", f.fsub(magnitude, floor), Value.of(x.type(), 0.5f));
        Value rounded = f.select(up, f.fadd(floor, Value.of(x.type(), 1f)), floor);
        return f.overloaded("llvm.copysign", x.type(), rounded, x);
    }
}
