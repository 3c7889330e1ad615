package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Emits the way from float accumulators to stored results for one tile. */
final class FloatEpilogueEmitter implements TileEpilogue {
    /** Scalars of the constants block, each splatted to 64 bytes, behind the biases. */
    private enum Slot { MIN1, MAX1, SLOPE1, MIN2, MAX2, SLOPE2, SCALE, LOW, HIGH, ZERO16, END }

    private final FunctionBuilder f;
    private final VectorIsa isa;
    private final FloatEpilogue epilogue;
    private final Layout layout;
    private final Address constants;
    private final Address channels4;
    private final Map<String, Value> loaded = new HashMap<>();

    /**
     * Places in the constants block.
     *
     * @param bias    offset of the biases, by padded channel
     * @param scalars offset of the scalars
     */
    record Layout(long bias, long scalars) {
        static Layout after(long weightBytes, int padded) {
            long bias = EpilogueLayout.align(weightBytes);
            return new Layout(bias, EpilogueLayout.align(bias + 4L * padded));
        }

        int end() {
            return (int) scalars + 64 * Slot.END.ordinal();
        }

        void write(ByteBuffer b, int[] channelOf, FloatParameters p, int flip) {
            for (int i = 0; i < channelOf.length; i++) {
                b.putFloat((int) bias + 4 * i, channelOf[i] < 0 || p.bias() == null ? 0f : p.bias()[channelOf[i]]);
            }
            var second = p.after() == null ? FloatParameters.Bounds.NONE : p.after();
            float[] values = {p.before().min(), p.before().max(), p.before().slope(), second.min(), second.max(),
                second.slope(), p.scale(), -128 - p.zero(), 127 - p.zero()};
            for (int s = 0; s < values.length; s++) {
                for (int i = 0; i < 16; i++) {
                    b.putFloat((int) scalars + 64 * s + 4 * i, values[s]);
                }
            }
            for (int i = 0; i < 32; i++) {
                b.putShort((int) scalars + 64 * Slot.ZERO16.ordinal() + 2 * i, (short) (p.zero() + flip));
            }
        }
    }

    FloatEpilogueEmitter(FunctionBuilder f, VectorIsa isa, FloatEpilogue epilogue, Layout layout, Address constants,
            Address channels4) {
        this.f = f;
        this.isa = isa;
        this.epilogue = epilogue;
        this.layout = layout;
        this.constants = constants;
        this.channels4 = channels4;
    }

    @Override
    public Value start(int lane, int lanes) {
        return f.load(IrType.F32.vec(lanes), channels4.plus(layout.bias + 4L * lane), 16);
    }

    @Override
    public void emit(List<Piece> pieces) {
        if (epilogue.store() == Element.F32) {
            pieces.forEach(p -> PieceWriter.wide(f, finished(p), p));
        } else {
            PieceWriter.narrow(f, isa, pieces, this::quantized, ints -> isa.narrow(f, ints, address(Slot.ZERO16)), bytes ->
                epilogue.store() == Element.I8 && isa.byteFlip() != 0 ? f.xor(bytes, Value.of(bytes.type(),
                        (byte) 0x80)) : bytes);
        }
    }

    private Value finished(Piece p) {
        Value x = activation(p.acc(), epilogue.before(), Slot.MIN1, Slot.MAX1, Slot.SLOPE1);
        if (epilogue.residual()) {
            x = activation(f.fadd(x, f.load(x.type(), p.residual(), 1)), epilogue.after(), Slot.MIN2, Slot.MAX2,
                    Slot.SLOPE2);
        }
        return x;
    }

    private Value activation(Value x, FloatActivation a, Slot min, Slot max, Slot slope) {
        Value zero = Value.of(x.type(), 0f);
        return switch (a) {
            case NONE -> x;
            case RELU -> f.select(f.fcmp("olt", x, zero), zero, x);
            case CLIP -> {
                Value low = splat(min, x.type());
                Value high = splat(max, x.type());
                Value y = f.select(f.fcmp("olt", x, low), low, x);
                yield f.select(f.fcmp("ogt", y, high), high, y);
            }
            case LEAKY_RELU -> f.select(f.fcmp("olt", x, zero), f.fmul(x, splat(slope, x.type())), x);
        };
    }

    private Value quantized(Piece p) {
        Value x = finished(p);
        Value scaled = f.fdiv(x, splat(Slot.SCALE, x.type()));
        Value known = f.select(f.fcmp("ord", scaled, scaled), scaled, Value.zero(x.type()));
        Value clamped = isa.floatMin(f, isa.floatMax(f, known, splat(Slot.LOW, x.type())), splat(Slot.HIGH, x.type()));
        return isa.toIntHalfEven(f, clamped);
    }

    private Address address(Slot s) {
        return constants.plus(layout.scalars + 64L * s.ordinal());
    }

    private Value splat(Slot s, IrType type) {
        return loaded.computeIfAbsent(s + type.toString(), k -> f.load(type, address(s), 16));
    }
}
