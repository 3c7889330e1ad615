package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Op;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Elementwise operations in vectors of as many 32-bit lanes as a register has (bytes, four times as many, for tables).
 */
final class ElementwiseKernel implements Kernel<ElementwiseParameters> {
    /** The constants block: scalars splatted to 64 bytes each, then a table. */
    private enum Slot { ZERO1, M1, ZERO2, M2, ZERO16, ZERO_FLOAT, LOW, HIGH, SCALE, FMIN, FMAX, SLOPE, MUL1, SHIFT1,
            MUL2, SHIFT2,
        MUL3, SHIFT3, UPPER1, LOWER1, HALF1, SIGN1, RIGHT1, UPPER2, LOWER2, HALF2, SIGN2, RIGHT2, HALF3, SIGN3, RIGHT3,
        MIN_BYTE, MAX_BYTE, TABLE }

    /** Multiplier and shift of each scale: of 64 bits, but of 32 for a sum whose scaling is there in instructions. */
    private static final Slot[] MULTIPLIERS = {Slot.MUL1, Slot.MUL2, Slot.MUL3};
    private static final Slot[] SHIFTS = {Slot.SHIFT1, Slot.SHIFT2, Slot.SHIFT3};
    /** For each scale of a fixed-point sum, what its rounding shift takes. */
    private static final Slot[] HALVES = {Slot.HALF1, Slot.HALF2, Slot.HALF3};
    private static final Slot[] SIGNS = {Slot.SIGN1, Slot.SIGN2, Slot.SIGN3};
    private static final Slot[] RIGHTS = {Slot.RIGHT1, Slot.RIGHT2, Slot.RIGHT3};

    private final ElementwiseSpec spec;
    private final VectorIsa isa;
    private FunctionBuilder f;
    private Address constants;
    private Map<String, Value> splats;

    ElementwiseKernel(ElementwiseSpec spec, VectorIsa isa) {
        this.spec = spec;
        this.isa = isa;
    }

    @Override
    public String name() {
        return spec.op().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + "__" + isa.suffix();
    }

    @Override
    public byte[] constants(ElementwiseParameters p) {
        boolean table = spec.op() instanceof Op.Lookup;
        var b = ByteBuffer.allocate(Slot.TABLE.ordinal() * 64 + (table ? 256 : 0)).order(ByteOrder.LITTLE_ENDIAN);
        int flip1 = spec.op().input() == Element.ENCODED ? isa.byteFlip() : 0;
        ints(b, Slot.ZERO1, p.zero1() + flip1);
        floats(b, Slot.M1, p.m1());
        ints(b, Slot.ZERO2, p.zero2() + flip1);
        floats(b, Slot.M2, p.m2());
        for (int i = 0; i < 32; i++) {
            b.putShort(at(Slot.ZERO16) + 2 * i, (short) (p.zero() + isa.byteFlip()));
        }
        floats(b, Slot.ZERO_FLOAT, p.zero());
        floats(b, Slot.LOW, p.min() - p.zero());
        floats(b, Slot.HIGH, p.max() - p.zero());
        floats(b, Slot.SCALE, p.scale());
        floats(b, Slot.FMIN, p.floatMin());
        floats(b, Slot.FMAX, p.floatMax());
        floats(b, Slot.SLOPE, p.slope());
        for (int i = 0; p.fixed() != null && i < p.fixed().length; i++) {
            longs(b, MULTIPLIERS[i], p.fixed()[i].multiplier());
            longs(b, SHIFTS[i], p.fixed()[i].shift());
        }
        if (spec.op() instanceof Op.FixedAdd && isa.scalesDoubled()) {
            for (int i = 0; i < MULTIPLIERS.length; i++) {
                ints(b, MULTIPLIERS[i], p.fixed()[i].multiplier());
                ints(b, SHIFTS[i], p.fixed()[i].shift());
            }
        } else if (spec.op() instanceof Op.FixedAdd) {
            Slot[] uppers = {Slot.UPPER1, Slot.UPPER2};
            Slot[] lowers = {Slot.LOWER1, Slot.LOWER2};
            for (int i = 0; i < uppers.length; i++) {
                ints(b, uppers[i], p.fixed()[i].multiplier() >>> 16);
                ints(b, lowers[i], p.fixed()[i].multiplier() & 0xffff);
            }
            for (int i = 0; i < HALVES.length; i++) {
                int right = p.fixed()[i].shift() - 31;
                ints(b, HALVES[i], right == 0 ? 0 : 1 << (right - 1));
                ints(b, SIGNS[i], right == 0 ? 0 : -1);
                ints(b, RIGHTS[i], right);
            }
        }
        for (int i = 0; i < 64; i++) {
            b.put(at(Slot.MIN_BYTE) + i, (byte) (p.min() ^ isa.byteFlip()));
            b.put(at(Slot.MAX_BYTE) + i, (byte) (p.max() ^ isa.byteFlip()));
        }
        for (int i = 0; table && i < 256; i++) {
            int q = (byte) (i ^ isa.byteFlip());
            b.put(at(Slot.TABLE) + i, (byte) (p.table()[q + 128] ^ isa.byteFlip()));
        }
        return b.array();
    }

    private static int at(Slot s) {
        return 64 * s.ordinal();
    }

    private static void ints(ByteBuffer b, Slot s, int v) {
        for (int i = 0; i < 16; i++) {
            b.putInt(at(s) + 4 * i, v);
        }
    }

    private static void floats(ByteBuffer b, Slot s, float v) {
        for (int i = 0; i < 16; i++) {
            b.putFloat(at(s) + 4 * i, v);
        }
    }

    private static void longs(ByteBuffer b, Slot s, long v) {
        for (int i = 0; i < 8; i++) {
            b.putLong(at(s) + 8 * i, v);
        }
    }

    @Override
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        var parameters = new ArrayList<Parameter>();
        var views = new ArrayList<>(spec.inputs());
        views.add(spec.out());
        int[] sizes = new int[views.size()];
        for (int i = 0; i < spec.inputs().size(); i++) {
            // an operation in place is usual
            parameters.add(Parameter.aliased(i == 0 ? "in" : "in2"));
            sizes[i] = spec.op().input().bytes();
        }
        sizes[views.size() - 1] = spec.op().output().bytes();
        parameters.add(Parameter.aliased("out"));
        parameters.add(new Parameter(IrType.PTR, "constants", "noalias nocapture readonly align 64"));
        f = module.function(function, linkage, IrType.VOID, parameters.toArray(Parameter[]::new));
        constants = f.at(f.param(parameters.size() - 1));
        Address[] start = new Address[views.size()];
        for (int i = 0; i < start.length; i++) {
            start[i] = f.at(f.param(i));
        }
        boolean bytes = spec.op().output().bytes() == 1;
        new Runs(f, views, sizes, bytes ? 4 * isa.lanes() : isa.lanes()).emit(start, (at, lanes) -> {
            splats = new HashMap<>();
            if (bytes) {
                byteVector(at, lanes);
            } else {
                f.store(floatVector(at, lanes), at[at.length - 1], 1);
            }
        });
        f.ret();
    }

    // ---- byte results

    private void byteVector(Address[] at, int lanes) {
        Address out = at[at.length - 1];
        switch (spec.op()) {
            case Op.Copy c -> {
                Value v = f.load(IrType.I8.vec(lanes), at[0], 1);
                boolean flip = c.input() != c.output() && isa.byteFlip() != 0;
                f.store(flip ? f.xor(v, Value.of(v.type(), (byte) isa.byteFlip())) : v, out, 1);
            }
            case Op.Lookup l when lanes > 1 ->
                f.store(isa.lookup(f, f.load(IrType.I8.vec(lanes), at[0], 1), constants.plus(at(Slot.TABLE))), out, 1);
            case Op.Lookup l -> {
                Value index = f.zext(f.load(IrType.I8, at[0], 1), IrType.I64);
                f.store(f.load(IrType.I8, f.at(constants.plus(at(Slot.TABLE)), index, 1), 1), out, 1);
            }
            default -> narrowed(at, lanes, out);
        }
    }

    /** Computes pieces of i32 lanes and narrows four together; a short vector is padded to the smallest piece. */
    private void narrowed(Address[] at, int lanes, Address out) {
        int piece = Math.max(4, lanes / 4);
        var pieces = new ArrayList<Value>();
        for (int i = 0; i < lanes; i += piece) {
            pieces.add(rounded(at, i, Math.min(piece, lanes), piece));
        }
        Value bytes = isa.narrow(f, pieces.toArray(Value[]::new), constants.plus(at(Slot.ZERO16)));
        if (spec.op() instanceof Op.FixedAdd || spec.op() instanceof Op.FixedMul) {
            Value low = f.load(bytes.type(), constants.plus(at(Slot.MIN_BYTE)), 16);
            Value high = f.load(bytes.type(), constants.plus(at(Slot.MAX_BYTE)), 16);
            bytes = isa.byteFlip() != 0 ? f.umin(f.umax(bytes, low), high) : f.smin(f.smax(bytes, low), high);
        }
        if (spec.op().output() == Element.I8 && isa.byteFlip() != 0) {
            bytes = f.xor(bytes, Value.of(bytes.type(), (byte) isa.byteFlip()));
        }
        f.store(lanes == 1 ? f.extract(bytes, 0) : f.slice(bytes, 0, lanes), out, 1);
    }

    /** i32 lanes, rounded, before the result's zero point; {@code count} of {@code width} lanes are read. */
    private Value rounded(Address[] at, int first, int count, int width) {
        return switch (spec.op()) {
            case Op.Add a -> clampRound(f.fadd(
                f.fmul(toFloat(difference(at[0], first, count, width, Slot.ZERO1)), splat(Slot.M1, IrType.F32, width)),
                f.fmul(toFloat(difference(at[1], first, count, width, Slot.ZERO2)), splat(Slot.M2, IrType.F32,
                        width))), width);
            case Op.Mul m -> clampRound(f.fmul(toFloat(product(at, first, count, width)), splat(Slot.M1, IrType.F32,
                    width)),
                width);
            case Op.Requantize r -> clampRound(f.fmul(toFloat(difference(at[0], first, count, width, Slot.ZERO1)),
                splat(Slot.M1, IrType.F32, width)), width);
            case Op.Quantize q -> quantized(at[0], first, count, width);
            case Op.FixedMul m -> fixed(product(at, first, count, width), Slot.MUL1, Slot.SHIFT1);
            case Op.FixedAdd a when isa.scalesDoubled() -> {
                Value left = Value.of(IrType.I32.vec(width), a.leftShift());
                Value x = f.shl(difference(at[0], first, count, width, Slot.ZERO1), left);
                Value y = f.shl(difference(at[1], first, count, width, Slot.ZERO2), left);
                yield scaled(f.add(scaled(x, 0), scaled(y, 1)), 2);
            }
            case Op.FixedAdd a -> {
                Value x = term(difference(at[0], first, count, width, Slot.ZERO1), a.leftShift(), Slot.UPPER1,
                        Slot.LOWER1);
                Value y = term(difference(at[1], first, count, width, Slot.ZERO2), a.leftShift(), Slot.UPPER2,
                        Slot.LOWER2);
                Value sum = f.add(halfAway(x, 0), halfAway(y, 1));
                yield halfAway(doublingHigh(sum, Slot.MUL3), 2);
            }
            default -> throw new IllegalStateException(spec.op().toString());
        };
    }

    private Value product(Address[] at, int first, int count, int width) {
        return f.mul(difference(at[0], first, count, width, Slot.ZERO1), difference(at[1], first, count, width,
                Slot.ZERO2));
    }

    private Value fixed(Value v, Slot multiplier, Slot shift) {
        int half = v.type().lanes() / 2;
        Value m = splat(multiplier, IrType.I64, half);
        Value s = splat(shift, IrType.I64, half);
        return new FixedPointEmitter(f, isa, Epilogue.FixedRounding.GEMMLOWP_DOUBLE, true)
            .scale(v, new Value[] {m, m}, new Value[] {s, s});
    }

    private Value scaled(Value v, int scale) {
        int lanes = v.type().lanes();
        return isa.scaleDoubled(f, v, splat(MULTIPLIERS[scale], IrType.I32, lanes), splat(SHIFTS[scale], IrType.I32, lanes),
            true);
    }

    /**
     * The doubling high multiply of {@code v << left} by a 31-bit multiplier m, {@code (v * m * 2^left + 2^30) >> 31}, of
     * a difference of bytes. With m in two halves of 16 bits no product exceeds 25 bits: what the upper half gives is
     * whole, so only the lower one rounds.
     */
    private Value term(Value v, int left, Slot upper, Slot lower) {
        IrType type = v.type();
        Value whole = f.shl(f.mul(v, splat(upper, IrType.I32, type.lanes())), Value.of(type, left - 15));
        Value part = f.add(f.mul(v, splat(lower, IrType.I32, type.lanes())), Value.of(type, 1 << (30 - left)));
        return f.add(whole, f.ashr(part, Value.of(type, 31 - left)));
    }

    /** {@code (v * m + 2^30) >> 31} of i32 lanes, even and odd ones apart in 64 bits. */
    private Value doublingHigh(Value v, Slot multiplier) {
        IrType wide = IrType.I64.vec(v.type().lanes() / 2);
        Value pair = f.bitcast(v, wide);
        Value half = Value.of(wide, 32);
        Value m = splat(multiplier, IrType.I64, wide.lanes());
        Value narrow = f.ashr(f.shl(m, half), half);
        Value nudge = Value.of(wide, 1L << 30);
        Value even = f.add(f.mul(f.ashr(f.shl(pair, half), half), narrow), nudge);
        Value odd = f.add(f.mul(f.ashr(pair, half), narrow), nudge);
        Value low = f.and(f.lshr(even, Value.of(wide, 31)), Value.of(wide, 0xffffffffL));
        Value high = f.and(f.shl(odd, Value.of(wide, 1)), Value.of(wide, 0xffffffffL << 32));
        return f.bitcast(f.or(low, high), v.type());
    }

    /** Divides by a power of two, to nearest, ties away from zero: the nudge is one less below zero. */
    private Value halfAway(Value v, int scale) {
        int lanes = v.type().lanes();
        Value negative = f.and(f.ashr(v, Value.of(v.type(), 31)), splat(SIGNS[scale], IrType.I32, lanes));
        Value nudged = f.add(f.add(v, splat(HALVES[scale], IrType.I32, lanes)), negative);
        return f.ashr(nudged, splat(RIGHTS[scale], IrType.I32, lanes));
    }

    private Value quantized(Address in, int first, int count, int width) {
        Value x = loadWide(IrType.F32, in, first, count, width);
        Value scaled = f.fdiv(x, splat(Slot.SCALE, IrType.F32, width));
        // A NaN compares false and gives the zero point: 0 before it is added.
        Value known = f.select(f.fcmp("ord", scaled, scaled), scaled, Value.zero(scaled.type()));
        return clampRound(known, width);
    }

    private Value clampRound(Value x, int width) {
        Value low = splat(Slot.LOW, IrType.F32, width);
        Value high = splat(Slot.HIGH, IrType.F32, width);
        return isa.toIntHalfEven(f, isa.floatMin(f, isa.floatMax(f, x, low), high));
    }

    private Value difference(Address in, int first, int count, int width, Slot zero) {
        Value q = loadWide(IrType.I8, in, first, count, width);
        boolean unsigned = spec.op().input() == Element.ENCODED && isa.byteFlip() != 0;
        Value wide = unsigned ? f.zext(q, IrType.I32.vec(width)) : f.sext(q, IrType.I32.vec(width));
        return f.sub(wide, splat(zero, IrType.I32, width));
    }

    /** {@code count} elements from index {@code first} in a vector of {@code width} lanes; the rest are zero. */
    private Value loadWide(IrType element, Address in, int first, int count, int width) {
        Address a = in.plus((long) first * element.bytes());
        if (count == width) {
            return f.load(element.vec(width), a, 1);
        }
        if (count == 1) {
            return f.insert(Value.zero(element.vec(width)), f.load(element, a, 1), 0);
        }
        Value v = f.load(element.vec(count), a, 1);
        int[] order = new int[width];
        for (int i = 0; i < width; i++) {
            order[i] = i < count ? i : count;
        }
        return f.shuffle(v, Value.zero(v.type()), order);
    }

    private Value toFloat(Value ints) {
        return f.sitofp(ints, ints.type().withFloat());
    }

    private Value splat(Slot s, IrType element, int lanes) {
        return splats.computeIfAbsent(s + "/" + element + lanes,
            k -> f.load(element.vec(lanes), constants.plus(at(s)), lanes == 1 ? element.bytes() : 16));
    }

    // ---- float results

    private Value floatVector(Address[] at, int lanes) {
        return switch (spec.op()) {
            case Op.Dequantize d -> {
                Value q = f.load(IrType.I8.vec(lanes), at[0], 1);
                IrType ints = IrType.I32.vec(lanes);
                Value wide = d.input() == Element.ENCODED && isa.byteFlip() != 0 ? f.zext(q, ints) : f.sext(q, ints);
                Value difference = f.sub(wide, splat(Slot.ZERO1, IrType.I32, lanes));
                yield f.fmul(f.sitofp(difference, IrType.F32.vec(lanes)), splat(Slot.SCALE, IrType.F32, lanes));
            }
            case Op.FloatBinary b -> {
                Value x = f.load(IrType.F32.vec(lanes), at[0], 1);
                Value y = f.load(IrType.F32.vec(lanes), at[1], 1);
                yield activation(b.multiply() ? f.fmul(x, y) : f.fadd(x, y), b.activation());
            }
            case Op.FloatUnary u -> activation(f.load(IrType.F32.vec(lanes), at[0], 1), u.activation());
            default -> throw new IllegalStateException(spec.op().toString());
        };
    }

    private Value activation(Value x, FloatActivation a) {
        int n = x.type().lanes();
        return switch (a) {
            case NONE -> x;
            case RELU -> f.select(f.fcmp("olt", x, Value.of(x.type(), 0f)), Value.of(x.type(), 0f), x);
            case CLIP -> {
                Value low = splat(Slot.FMIN, IrType.F32, n);
                Value high = splat(Slot.FMAX, IrType.F32, n);
                Value y = f.select(f.fcmp("olt", x, low), low, x);
                yield f.select(f.fcmp("ogt", y, high), high, y);
            }
            case LEAKY_RELU -> f.select(f.fcmp("olt", x, Value.of(x.type(), 0f)),
                f.fmul(x, splat(Slot.SLOPE, IrType.F32, n)), x);
        };
    }
}
