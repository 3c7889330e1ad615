package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Pooling in vectors of channels. Outputs are divided into rectangles within which the window is cut by the border in
 * the same way, so that every count and tap is a constant.
 */
final class PoolKernel implements Kernel<PoolParameters> {
    private static final int UNROLLED_TAPS = 9;
    private final PoolSpec spec;
    private final VectorIsa isa;
    private final List<Span> rows;
    private final List<Span> columns;
    private final List<Integer> counts;
    private final EpilogueLayout layout;
    private FunctionBuilder f;
    private Address constants;

    /**
     * Consecutive outputs along an axis whose windows are cut alike.
     *
     * @param from    first output
     * @param to      one past the last
     * @param tap     first tap inside the input
     * @param taps    taps inside
     * @param counted taps that count in an average
     */
    private record Span(int from, int to, int tap, int taps, int counted) { }

    PoolKernel(PoolSpec spec, VectorIsa isa) {
        this.spec = spec;
        this.isa = isa;
        Window w = spec.window();
        rows = spans(spec.out().height(), spec.in().height(), w.height(), w.strideHeight(), w.dilationHeight(),
                w.padTop(),
            spec.padBottom());
        columns = spans(spec.out().width(), spec.in().width(), w.width(), w.strideWidth(), w.dilationWidth(),
                w.padLeft(),
            spec.padRight());
        var distinct = new TreeSet<Integer>();
        rows.forEach(r -> columns.forEach(c -> distinct.add(r.counted * c.counted)));
        counts = List.copyOf(distinct);
        layout = spec.epilogue() == null ? null : new EpilogueLayout(isa, spec.epilogue(), counts.size() * isa.lanes(), 0);
    }

    private List<Span> spans(int outputs, int size, int kernel, int stride, int dilation, int before, int after) {
        var list = new ArrayList<Span>();
        for (int o = 0; o < outputs; o++) {
            int first = -1;
            int taps = 0;
            int counted = 0;
            for (int k = 0; k < kernel; k++) {
                int i = o * stride + k * dilation - before;
                if (i >= 0 && i < size) {
                    first = first < 0 ? k : first;
                    taps++;
                }
                counted += i >= -before && i < size + after ? 1 : 0;
            }
            int n = spec.countIncludePad() ? counted : taps;
            Span last = list.isEmpty() ? null : list.getLast();
            if (last != null && last.tap == first && last.taps == taps && last.counted == n) {
                list.set(list.size() - 1, new Span(last.from, o + 1, first, taps, n));
            } else {
                list.add(new Span(o, o + 1, first, taps, n));
            }
        }
        return list;
    }

    /** Reason the spec cannot be emitted, or null. */
    String unsupported() {
        if (rows.stream().anyMatch(s -> s.taps == 0) || columns.stream().anyMatch(s -> s.taps == 0)) {
            return "a window lies wholly in the padding";
        }
        if (rows.size() * columns.size() > 49) {
            return "the border cuts windows in " + rows.size() * columns.size() + " ways";
        }
        return spec.epilogue() == null ? null : EpilogueEmitter.unsupported(spec.epilogue());
    }

    @Override
    public String name() {
        return spec.kind().name().toLowerCase(java.util.Locale.ROOT) + "pool" + spec.window().height() + "x"
            + spec.window().width() + "__" + isa.suffix();
    }

    @Override
    public byte[] constants(PoolParameters p) {
        return switch (spec.kind()) {
            case MAX -> new byte[0];
            case AVERAGE_DIVIDE -> {
                byte[] b = new byte[192];
                for (int i = 0; i < 32; i++) {
                    b[2 * i] = (byte) isa.byteFlip();
                }
                Arrays.fill(b, 64, 128, (byte) (p.values().min() ^ isa.byteFlip()));
                Arrays.fill(b, 128, 192, (byte) (p.values().max() ^ isa.byteFlip()));
                yield b;
            }
            case AVERAGE -> {
                var b = ByteBuffer.allocate((int) layout.end).order(ByteOrder.LITTLE_ENDIAN);
                int lanes = isa.lanes();
                int[] channelOf = new int[counts.size() * lanes];
                int[][] vectors = new int[channelOf.length][];
                int[] biases = new int[counts.getLast() + 1];
                for (int i = 0; i < channelOf.length; i++) {
                    channelOf[i] = counts.get(i / lanes);
                    vectors[i] = new int[] {i / lanes * lanes, lanes};
                }
                layout.write(b, channelOf, biases, p.values(), isa.byteFlip(), vectors);
                // The sum holds (flip + zero) once per tap inside the input, which padding that counts does not change.
                for (int i = 0; i < channelOf.length; i++) {
                    b.putInt((int) layout.bias + 4 * i, isa.byteFlip() + p.inputZero());
                }
                yield b.array();
            }
        };
    }

    @Override
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"), Parameter.writable("out"),
            new Parameter(IrType.PTR, "constants", "noalias nocapture readonly align 64"));
        constants = f.at(f.param(2));
        Window w = spec.window();
        for (Span r : rows) {
            for (Span c : columns) {
                Address in = f.at(f.param(0)).plus(spec.in().offset(
                    r.from * w.strideHeight() + r.tap * w.dilationHeight() - w.padTop(),
                    c.from * w.strideWidth() + c.tap * w.dilationWidth() - w.padLeft()));
                Address out = f.at(f.param(1)).plus(spec.out().offset(r.from, c.from));
                f.loop(0, r.to - r.from, 1, y -> f.loop(0, c.to - c.from, 1, x -> pixel(
                    f.at(f.at(in, y, spec.in().rowPitch() * w.strideHeight()), x,
                            spec.in().pixelPitch() * w.strideWidth()),
                    f.at(f.at(out, y, spec.out().rowPitch()), x, spec.out().pixelPitch()), r, c)));
            }
        }
        f.ret();
    }

    private void pixel(Address in, Address out, Span r, Span c) {
        int channels = spec.in().channels();
        int full = 4 * isa.lanes();
        int element = spec.epilogue() == null ? 1 : spec.epilogue().store().bytes();
        f.loop(0, channels / full * full, full, i -> chunk(f.at(in, i, 1), f.at(out, i, element), full, r, c));
        int done = channels / full * full;
        if (spec.kind() == PoolSpec.Kind.MAX) {
            for (int n = full / 2; n >= 1; n /= 2) {
                if ((channels - done) / n > 0) {
                    chunk(in.plus(done), out.plus(done), n, r, c);
                    done += n;
                }
            }
        } else if (done < channels) {
            chunk(in.plus(done), out.plus((long) done * element), channels - done, r, c);
        }
    }

    private void chunk(Address in, Address out, int channels, Span r, Span c) {
        if (spec.kind() == PoolSpec.Kind.MAX) {
            IrType t = IrType.I8.vec(channels);
            Value[] max = taps(in, r, c, new Value[] {f.load(t, in, 1)}, (a, acc) -> new Value[] {
                isa.byteFlip() != 0 ? f.umax(acc[0], f.load(t, a, 1)) : f.smax(acc[0], f.load(t, a, 1))});
            f.store(max[0], out, 1);
            return;
        }
        List<Integer> vectors = ConvTiling.vectors(channels, isa.lanes());
        Value[] sums = new Value[vectors.size()];
        for (int v = 0; v < sums.length; v++) {
            sums[v] = Value.zero(IrType.I32.vec(vectors.get(v)));
        }
        sums = taps(in, r, c, sums, (a, acc) -> {
            Value[] next = acc.clone();
            long at = 0;
            for (int v = 0; v < next.length; v++) {
                Value q = f.load(IrType.I8.vec(vectors.get(v)), a.plus(at), 1);
                next[v] = f.add(next[v], isa.byteFlip() != 0 ? f.zext(q, next[v].type()) : f.sext(q, next[v].type()));
                at += vectors.get(v);
            }
            return next;
        });
        if (spec.kind() == PoolSpec.Kind.AVERAGE) {
            requantize(sums, out, channels, r, c);
        } else {
            divide(sums, out, channels, r.taps * c.taps, r.counted * c.counted);
        }
    }

    private interface Tap {
        Value[] apply(Address at, Value[] acc);
    }

    private Value[] taps(Address in, Span r, Span c, Value[] init, Tap body) {
        long row = spec.in().rowPitch() * spec.window().dilationHeight();
        long pixel = spec.in().pixelPitch() * spec.window().dilationWidth();
        if (r.taps * c.taps <= UNROLLED_TAPS) {
            Value[] acc = init;
            for (int t = 0; t < r.taps * c.taps; t++) {
                acc = body.apply(in.plus(t / c.taps * row + t % c.taps * pixel), acc);
            }
            return acc;
        }
        return f.loop(0, r.taps, 1, init, (y, a) -> f.loop(0, c.taps, 1, a,
            (x, b) -> body.apply(f.at(f.at(in, y, row), x, pixel), b)));
    }

    private void requantize(Value[] sums, Address out, int channels, Span r, Span c) {
        int index = counts.indexOf(r.counted * c.counted);
        var emitter = new EpilogueEmitter(f, isa, spec.epilogue(), layout, constants,
                constants.plus(4L * index * isa.lanes()),
            constants.plus(8L * index * isa.lanes()), 0);
        int element = spec.epilogue().store().bytes();
        var pieces = new ArrayList<Piece>();
        int lane = 0;
        for (Value s : sums) {
            int n = s.type().lanes();
            Value zeros = f.mul(emitter.start(0, n), Value.of(s.type(), r.taps * c.taps));
            pieces.add(new Piece(f.sub(s, zeros), 0, out.plus((long) lane * element), null,
                Math.min(n, channels - lane)));
            lane += n;
        }
        emitter.emit(pieces);
    }

    private void divide(Value[] sums, Address out, int channels, int taps, int count) {
        int lane = 0;
        for (Value s : sums) {
            int n = s.type().lanes();
            Value q = f.sub(s, Value.of(s.type(), (long) taps * isa.byteFlip()));
            Value half = Value.of(s.type(), count / 2);
            Value nudged = f.select(f.icmp("sgt", q, Value.zero(s.type())), f.add(q, half), f.sub(q, half));
            Value average = f.sdiv(nudged, Value.of(s.type(), count));
            Value bytes = isa.narrow(f, new Value[] {average}, constants);
            Value low = f.load(bytes.type(), constants.plus(64), 16);
            Value high = f.load(bytes.type(), constants.plus(128), 16);
            bytes = isa.byteFlip() != 0 ? f.umin(f.umax(bytes, low), high) : f.smin(f.smax(bytes, low), high);
            PieceWriter.storeLanes(f, bytes, 0, Math.min(n, channels - lane), out.plus(lane));
            lane += n;
        }
    }
}
