package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Emits the way from integer accumulators to stored results for one tile.
 */
final class EpilogueEmitter implements TileEpilogue {
    private final FunctionBuilder f;
    private final VectorIsa isa;
    private final Epilogue epilogue;
    private final EpilogueLayout layout;
    private final Address constants;
    private final Address channels4;
    private final Address channels8;
    private final int scaleShift;
    private final boolean small;
    /** The residual's bytes of the vector in hand, when it is interleaved. */
    private Value residualBytes;
    private final Map<String, Value> loaded = new HashMap<>();

    /**
     * An emitter for one tile.
     *
     * @param constants start of the constants block
     * @param channels4 the same plus 4 bytes for each lane of earlier channel blocks
     * @param channels8 the same plus 8 bytes for each
     * @param scaleShift accumulators are the sums times two to this power; f32 factors make up for it
     */
    EpilogueEmitter(FunctionBuilder f, VectorIsa isa, Epilogue epilogue, EpilogueLayout layout, Address constants,
            Address channels4, Address channels8, int scaleShift) {
        this.f = f;
        this.isa = isa;
        this.epilogue = epilogue;
        this.layout = layout;
        this.constants = constants;
        this.channels4 = channels4;
        this.channels8 = channels8;
        this.scaleShift = scaleShift;
        small = SmallSums.used(isa, epilogue, scaleShift);
    }

    /** Reason this epilogue cannot be emitted, or null. */
    static String unsupported(Epilogue e) {
        if (e.table() && (e.hasResidual() || e.store() == Epilogue.Store.F32)) {
            return "a table followed by an addition or a float store";
        }
        if (e.requantize() instanceof Epilogue.Requantize.Fixed && (e.hasResidual() || e.store() == Epilogue.Store.F32)) {
            return "fixed-point requantization followed by a float addition or a float store";
        }
        return null;
    }

    /** Whether accumulators of several pixels can be finished as they are: bytes alone are put in order afterwards. */
    static boolean takesAccumulators(Epilogue e) {
        return !e.hasResidual() && (e.store() == Epilogue.Store.ENCODED || e.store() == Epilogue.Store.I8);
    }

    @Override
    public void emitPair(Value[] accumulators, Address first, Address second, int valid) {
        for (int at = 0; at < accumulators.length; at += 8) {
            Value low = pairBytes(accumulators, at);
            Value high = at + 4 < accumulators.length ? pairBytes(accumulators, at + 4) : low;
            int outputs = Math.min(16, valid - 2 * at);
            store(low, high, 0, first.plus(2L * at), outputs);
            if (second != null) {
                store(low, high, 1, second.plus(2L * at), outputs);
            }
        }
    }

    /** The bytes of four accumulators: two outputs of a pixel, the same of the other, then the next two. */
    private Value pairBytes(Value[] accumulators, int from) {
        Value[] ints = new Value[Math.min(4, accumulators.length - from)];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = rounded(new Piece(accumulators[from + i], 4 * (from + i), null, null, 4));
        }
        return finished(narrowed(ints));
    }

    /** Stores a pixel's outputs of those that {@link #pairBytes} gave. */
    private void store(Value low, Value high, int pixel, Address to, int outputs) {
        IrType units = IrType.I16.vec(8);
        int[] order = new int[8];
        Arrays.setAll(order, i -> 2 * i + pixel);
        Value bytes = f.bitcast(f.shuffle(f.bitcast(low, units), f.bitcast(high, units), order), IrType.I8.vec(16));
        PieceWriter.storeLanes(f, bytes, 0, outputs, to);
    }

    @Override
    public Value start(int lane, int lanes) {
        return f.load(IrType.I32.vec(lanes), channels4.plus(layout.bias + 4L * lane), 16);
    }

    @Override
    public void emit(List<Piece> pieces) {
        switch (epilogue.store()) {
            case I32 -> pieces.forEach(p -> PieceWriter.wide(f, unscaled(p.acc()), p));
            case I16 -> pieces.forEach(p -> PieceWriter.wide(f, word(p), p));
            case F32 -> pieces.forEach(p -> PieceWriter.wide(f, dequantized(p), p));
            case ENCODED, I8 ->
                PieceWriter.narrow(f, isa, pieces, this::rounded, this::narrowed, this::finished);
        }
    }

    @Override
    public Value startHigh(int lane, int lanes) {
        return f.load(IrType.I32.vec(lanes), channels4.plus(layout.biasHigh + 4L * lane), 16);
    }

    /** Clamped before the zero point is added, so that nothing saturates. */
    private Value word(Piece p) {
        int n = p.lanes();
        Value scaled = switch (epilogue.requantize()) {
            case Epilogue.Requantize.Fixed r -> f.smin(f.smax(fixed(p, r), splat("wordMin", layout.min, IrType.I32, n)),
                    splat("wordMax", layout.max, IrType.I32, n));
            case Epilogue.Requantize.F32 _ -> isa.toIntHalfEven(f, epilogue.hasResidual() ? sum(p) : clampedFloat(p));
            case Epilogue.Requantize.None _ -> throw new IllegalStateException("a raw sum as a word");
        };
        return f.trunc(f.add(scaled, splat("wordZero", layout.zero, IrType.I32, n)), IrType.I16.vec(n));
    }

    private Value dequantized(Piece p) {
        IrType t = IrType.F32.vec(p.lanes());
        // Through i32, so that a rounded -0.3 is +0 as in the definition.
        Value difference = f.sitofp(isa.toIntHalfEven(f, clampedFloat(p)), t);
        return f.fmul(difference, splat("scale", layout.scale, IrType.F32, p.lanes()));
    }

    /**
     * Emits one vector of channels whose accumulators are in interleaving order: lane 4g + e of quarter q is channel
     * 16g + 4q + e.
     *
     * @param valid channels that exist
     */
    void emitInterleaved(Value[] quarters, Address out, Address residual, int valid) {
        int lanes = quarters[0].type().lanes();
        var pieces = new ArrayList<Piece>();
        for (int q = 0; q < 4; q++) {
            pieces.add(new Piece(quarters[q], q * lanes, out, null, valid));
        }
        if (epilogue.hasResidual()) {
            boolean words = epilogue.store() == Epilogue.Store.I16;
            residualBytes = f.load((words ? IrType.I16 : IrType.I8).vec(4 * lanes), residual, 1);
        }
        switch (epilogue.store()) {
            case I32 -> storeQuarters(quarters, out, valid);
            case I16 -> storeQuarters(pieces.stream().map(this::word).toArray(Value[]::new), out, valid);
            case F32 -> storeQuarters(pieces.stream().map(this::dequantized).toArray(Value[]::new), out, valid);
            case ENCODED, I8 -> {
                Value[] ints = pieces.stream().map(this::rounded).toArray(Value[]::new);
                Address zero = constants.plus(layout.zero);
                Value bytes = lowHalves() ? isa.narrowLowHalves(f, ints, zero) : isa.narrowInterleaved(f, ints, zero);
                PieceWriter.storeLanes(f, finished(bytes), 0, valid, out);
            }
        }
    }

    private Value narrowed(Value[] ints) {
        Address zero = constants.plus(layout.zero);
        return lowHalves() ? isa.narrowLowHalves(f, ints, zero) : isa.narrow(f, ints, zero);
    }

    /** Whether {@link #rounded} gives results in the low halves of lanes: they are small, or clamped before. */
    private boolean lowHalves() {
        return isa.convertsByAddition() && epilogue.requantize() instanceof Epilogue.Requantize.F32 r
            && (small || epilogue.hasResidual() || !r.proven());
    }

    private void storeQuarters(Value[] quarters, Address out, int valid) {
        for (int c = 0; c < valid; c += 4) {
            Value four = f.slice(quarters[c % 16 / 4], c / 16 * 4, 4);
            PieceWriter.storeLanes(f, four, 0, Math.min(4, valid - c), out.plus((long) four.type().bits() / 8 * c));
        }
    }

    /** Byte clamp, table and encoding of narrowed bytes. */
    private Value finished(Value narrowed) {
        Value bytes = narrowed;
        int n = bytes.type().lanes();
        if (clampsBytes()) {
            Value low = splat("min", layout.min, IrType.I8, n);
            Value high = splat("max", layout.max, IrType.I8, n);
            bytes = isa.byteFlip() != 0 ? f.umin(f.umax(bytes, low), high) : f.smin(f.smax(bytes, low), high);
        }
        if (epilogue.table()) {
            bytes = isa.lookup(f, bytes, constants.plus(layout.table));
        }
        if (epilogue.store() == Epilogue.Store.I8 && isa.byteFlip() != 0) {
            bytes = f.xor(bytes, Value.of(bytes.type(), (byte) isa.byteFlip()));
        }
        return bytes;
    }

    private boolean clampsBytes() {
        if (epilogue.hasResidual()) {
            return false;
        }
        return switch (epilogue.requantize()) {
            case Epilogue.Requantize.F32 r -> r.proven() && r.narrow();
            case Epilogue.Requantize.Fixed r -> r.narrow();
            case Epilogue.Requantize.None r -> false;
        };
    }

    /** The rounded value before the zero point is added, where {@link #lowHalves} in the low half of a lane. */
    private Value rounded(Piece p) {
        return switch (epilogue.requantize()) {
            case Epilogue.Requantize.Fixed r -> fixed(p, r);
            case Epilogue.Requantize.F32 r -> {
                Value exact = epilogue.hasResidual() ? sum(p) : r.proven() ? scaled(p) : clampedFloat(p);
                yield lowHalves() ? SmallSums.toLowHalves(f, exact, middle(p.lanes())) : isa.toIntHalfEven(f, exact);
            }
            case Epilogue.Requantize.None r -> unscaled(p.acc());
        };
    }

    /** The sum an accumulator stands for. */
    private Value unscaled(Value acc) {
        return scaleShift == 0 ? acc : f.ashr(acc, Value.of(acc.type(), scaleShift));
    }

    private Value fixed(Piece p, Epilogue.Requantize.Fixed r) {
        int n = p.lanes();
        Value sum = unscaled(p.acc());
        Value acc = r.leftShift() ? f.shl(sum, cached("left" + p.lane(), sum.type(),
            channels4.plus(layout.leftShift + 4L * p.lane()))) : sum;
        IrType wide = IrType.I64.vec(n / 2);
        Value[] multipliers = new Value[2];
        Value[] shifts = new Value[2];
        for (int part = 0; part < 2; part++) {
            long at = 8L * (p.lane() + part * n / 2);
            multipliers[part] = cached("multiplier" + at, wide, channels8.plus(layout.factor + at));
            shifts[part] = cached("shift" + at, wide, channels8.plus(layout.shift + at));
        }
        return new FixedPointEmitter(f, isa, r.rounding(), r.proven()).scale(acc, multipliers, shifts);
    }

    private Value scaled(Piece p) {
        IrType t = IrType.F32.vec(p.lanes());
        Value factor = cached("factor" + p.lane(), t, channels4.plus(layout.factor + 4L * p.lane()));
        Value sum = p.high() != null ? LongSums.toFloat(f, p.high(), p.acc())
            : small ? SmallSums.toFloat(f, p.acc(), middle(p.lanes())) : f.sitofp(p.acc(), t);
        return f.fmul(sum, factor);
    }

    /** Read where it is used: while products are added it would take a register from them. */
    private Value middle(int lanes) {
        return splat("middle", layout.middle, IrType.F32, lanes);
    }

    private Value clampedFloat(Piece p) {
        Value low = splat("floatMin", layout.floatMin, IrType.F32, p.lanes());
        Value high = splat("floatMax", layout.floatMax, IrType.F32, p.lanes());
        return isa.floatMin(f, isa.floatMax(f, scaled(p), low), high);
    }

    // fadd(fmul(f32(q1 - z1), m1), fmul(f32(q2 - z2), m2))
    private Value sum(Piece p) {
        int n = p.lanes();
        Value first = f.fmul(isa.roundHalfEven(f, clampedFloat(p)), splat("m1", layout.add, IrType.F32, n));
        boolean words = epilogue.store() == Epilogue.Store.I16;
        Value q2 = residualBytes == null ? f.load((words ? IrType.I16 : IrType.I8).vec(n), p.residual(), 1)
            : quarter(residualBytes, p.lane() / n);
        IrType ints = IrType.I32.vec(n);
        Value wide = isa.byteFlip() != 0 && !words ? f.zext(q2, ints) : f.sext(q2, ints);
        Value d2 = f.sub(wide, splat("zero2", layout.add + 128, IrType.I32, n));
        Value second = f.fmul(f.sitofp(d2, IrType.F32.vec(n)), splat("m2", layout.add + 64, IrType.F32, n));
        Value low = splat("addMin", layout.add + 192, IrType.F32, n);
        Value high = splat("addMax", layout.add + 256, IrType.F32, n);
        return isa.floatMin(f, isa.floatMax(f, f.fadd(first, second), low), high);
    }

    /** The bytes of quarter {@code q} in interleaving order. */
    private Value quarter(Value bytes, int q) {
        int[] order = new int[bytes.type().lanes() / 4];
        for (int i = 0; i < order.length; i++) {
            order[i] = i / 4 * 16 + 4 * q + i % 4;
        }
        return f.shuffle(bytes, order);
    }

    private Value splat(String key, long offset, IrType element, int lanes) {
        return cached(key, element.vec(lanes), constants.plus(offset));
    }

    private Value cached(String key, IrType type, Address a) {
        return loaded.computeIfAbsent(key + type, k -> f.load(type, a, 16));
    }
}
