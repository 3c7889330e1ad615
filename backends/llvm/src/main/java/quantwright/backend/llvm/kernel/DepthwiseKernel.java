package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * Integer depthwise convolution by the four-way dot product: the bytes of four neighbouring pixels are interleaved, so
 * that a 32-bit lane holds four taps of one channel. The interleaved pixels serve every output column whose window
 * touches them (the weights of each are shifted by a tap) and every output row of the tile that uses their input row.
 */
final class DepthwiseKernel implements SlicedKernel<ConvParameters> {
    private final DepthwiseSpec spec;
    private final VectorIsa isa;
    private final VectorIsa.Dot dot;
    private final DepthwiseTiling tiling;
    private final DepthwiseLayout layout;
    private FunctionBuilder f;
    private Address constants;

    DepthwiseKernel(DepthwiseSpec spec, VectorIsa isa, VectorIsa.Dot dot, DepthwiseTiling tiling) {
        this.spec = spec;
        this.isa = isa;
        this.dot = dot;
        this.tiling = tiling;
        this.layout = new DepthwiseLayout(spec, tiling, isa, dot);
    }

    /** Where a tile reads and writes: bytes of one vector at its first pixel, and that vector's constants. */
    private record Place(Address in, Address out, Address residual, Address weights, Address channels4,
            Address channels8) {
        Place move(FunctionBuilder f, Value index, long in, long out, long residual) {
            return new Place(f.at(this.in, index, in), f.at(this.out, index, out),
                this.residual == null ? null : f.at(this.residual, index, residual), weights, channels4, channels8);
        }
    }

    @Override
    public String name() {
        int bits = layout.taps == null ? 8 : spec.weightBits();
        return (isa.byteFlip() != 0 ? "u8s" : "s8s") + bits + "s32_dwconv" + spec.window().height() + "x"
            + spec.window().width()
            + "_" + tiling.rows() + "x" + tiling.columns() + (tiling.packedRow() ? "p" : "") + "__" + isa.suffix();
    }

    @Override
    public byte[] constants(ConvParameters parameters) {
        return layout.pack(parameters, isa.byteFlip(), SmallSums.start(isa, spec.epilogue(), 0));
    }

    @Override
    public int units() {
        return Math.ceilDiv(spec.out().height(), tiling.rows());
    }

    @Override
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced) {
        f = module.function(function, linkage, IrType.VOID, KernelParameters.of(spec.residual() != null, sliced));
        KernelParameters pointers = KernelParameters.of(f, spec.residual() != null);
        constants = pointers.constants();
        Address in = pointers.in().plus(-spec.in().offset(spec.window().padTop(), spec.window().padLeft()));
        Address weights = constants;
        if (layout.taps != null) {
            weights = f.at(f.stack((int) layout.frameBytes(), 64));
            layout.taps.expand(f, constants, weights, 4 * isa.lanes());
        }
        var start = new Place(in, pointers.out(), pointers.residual(), weights, constants, constants);
        int rows = tiling.rows();
        int full = spec.out().height() / rows;
        int rest = spec.out().height() % rows;
        Units.of(f, spec.residual() != null, sliced).each(full, y -> band(rowPlace(start, y, rows), rows),
            rest == 0 ? null : () -> band(rowPlace(start, Value.i64(full), rows), rest));
        f.ret();
    }

    private Place rowPlace(Place p, Value y, int rows) {
        return p.move(f, y, rows * spec.in().rowPitch() * spec.window().strideHeight(), rows * spec.out().rowPitch(),
            spec.residual() == null ? 0 : rows * spec.residual().rowPitch());
    }

    private void band(Place p, int rows) {
        if (tiling.packedRow()) {
            packedBand(p, rows);
            return;
        }
        int full = 4 * isa.lanes();
        int elem = spec.epilogue().store().bytes();
        f.loop(0, tiling.blocks(), 1, b -> columns(vector(p, b, full), rows, full, full));
        int done = tiling.blocks() * full;
        for (int bytes : tiling.tail()) {
            Place t = new Place(p.in.plus(done), p.out.plus((long) done * elem),
                    p.residual == null ? null : p.residual.plus(done),
                p.weights.plus(layout.weightBytes(done)), p.channels4.plus(4L * done), p.channels8.plus(8L * done));
            columns(t, rows, bytes, Math.min(bytes, spec.in().channels() - done));
            done += bytes;
        }
    }

    private Place vector(Place p, Value index, int bytes) {
        return new Place(f.at(p.in, index, bytes), f.at(p.out, index, (long) bytes * spec.epilogue().store().bytes()),
            p.residual == null ? null : f.at(p.residual, index, bytes), f.at(p.weights, index,
                    layout.weightBytes(bytes)),
            f.at(p.channels4, index, 4L * bytes), f.at(p.channels8, index, 8L * bytes));
    }

    private void columns(Place p, int rows, int bytes, int valid) {
        int width = spec.out().width();
        int main = width / tiling.columns() * tiling.columns();
        f.loop(0, main, tiling.columns(), x -> tile(pixelPlace(p, x), rows, tiling.columns(), bytes, valid));
        if (main < width) {
            tile(pixelPlace(p, Value.i64(main)), rows, width - main, bytes, valid);
        }
    }

    private Place pixelPlace(Place p, Value x) {
        return p.move(f, x, spec.in().pixelPitch() * spec.window().strideWidth(), spec.out().pixelPitch(),
            spec.residual() == null ? 0 : spec.residual().pixelPitch());
    }

    /** A row as one run of bytes: full periods of vectors in a loop, then what is left of the last. */
    private void packedBand(Place p, int rows) {
        int bytes = 4 * isa.lanes();
        int elem = spec.epilogue().store().bytes();
        int run = spec.out().width() * spec.in().channels();
        int vectors = run / bytes;
        int periods = vectors / tiling.period();
        f.loop(0, periods, 1, i -> f.loop(0, tiling.period(), 1, j -> {
            Place q = vector(p, j, bytes).move(f, i, (long) bytes * tiling.period(),
                    (long) bytes * tiling.period() * elem,
                (long) bytes * tiling.period());
            tile(q, rows, 1, bytes, bytes);
        }));
        for (int at = periods * tiling.period() * bytes; at < run; at += bytes) {
            Place q = vector(p, Value.i64(at / bytes % tiling.period()), bytes);
            long done = at - (long) at / bytes % tiling.period() * bytes;
            Place moved = q.move(f, Value.i64(1), done, done * elem, done);
            tile(moved, rows, 1, bytes, Math.min(bytes, run - at));
        }
    }

    private void tile(Place p, int rows, int columns, int bytes, int valid) {
        var epilogue = new EpilogueEmitter(f, isa, spec.epilogue(), layout.epilogue, constants, p.channels4,
                p.channels8, 0);
        int lanes = bytes / 4;
        Value[][][] acc = new Value[rows][columns][4];
        for (int q = 0; q < 4; q++) {
            Value bias = epilogue.start(q * lanes, lanes);
            for (Value[][] row : acc) {
                for (Value[] pixel : row) {
                    pixel[q] = bias;
                }
            }
        }
        Window w = spec.window();
        int inputRows = (rows - 1) * w.strideHeight() + (w.height() - 1) * w.dilationHeight() + 1;
        for (int y = 0; y < inputRows; y++) {
            inputRow(p, y, acc, bytes);
        }
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                epilogue.emitInterleaved(acc[r][c], p.out.plus(spec.out().offset(r, c)),
                    p.residual == null ? null : p.residual.plus(spec.residual().offset(r, c)), valid);
            }
        }
    }

    private void inputRow(Place p, int y, Value[][][] acc, int bytes) {
        Window w = spec.window();
        boolean used = false;
        for (int r = 0; r < acc.length; r++) {
            used |= kernelRow(y, r) >= 0;
        }
        if (!used) {
            return;
        }
        int columns = acc[0].length;
        int span = (columns - 1) * w.strideWidth() + w.width();
        long unit = tiling.packedRow() ? (long) spec.in().channels() * w.dilationWidth()
            : spec.in().pixelPitch() * w.dilationWidth();
        for (int g = 0; 4 * g < span; g++) {
            f.barrier();
            Value[] pixel = new Value[4];
            for (int t = 0; t < 4; t++) {
                // Beyond the window the weight is zero: any pixel will do, and the last is at hand.
                pixel[t] = 4 * g + t < span
                    ? f.load(IrType.I8.vec(bytes), p.in.plus(y * spec.in().rowPitch() + (4 * g + t) * unit),
                            1) : pixel[t - 1];
            }
            Value[] quarters = interleave(pixel);
            int together = isa.loadedTogether();
            for (int q = 0; q < 4; q += together) {
                Value[][] activations = new Value[together][];
                for (int i = 0; i < together; i++) {
                    activations[i] = dot.activation(f, quarters[q + i]);
                }
                multiply(p, y, g, q, activations, acc, bytes);
            }
        }
    }

    /** Adds the products of neighbouring quarters, from {@code from}, whose weights one instruction may load. */
    private void multiply(Place p, int y, int g, int from, Value[][] activations, Value[][][] acc, int bytes) {
        for (int r = 0; r < acc.length; r++) {
            int ky = kernelRow(y, r);
            for (int c = 0; ky >= 0 && c < acc[r].length; c++) {
                if (!layout.used(g, c)) {
                    continue;
                }
                Value[][] weights = new Value[activations.length][];
                for (int q = 0; q < weights.length; q++) {
                    weights[q] = dot.weights(f, p.weights.plus(layout.offset(ky, g, c, from + q, bytes)), 0, bytes / 4,
                        bytes / 4);
                }
                for (int q = 0; q < weights.length; q++) {
                    acc[r][c][from + q] = dot.accumulate(f, acc[r][c][from + q], activations[q], weights[q]);
                }
            }
        }
    }

    /** The kernel row with which input row {@code y} of a tile enters output row {@code r}, or -1. */
    private int kernelRow(int y, int r) {
        Window w = spec.window();
        int d = y - r * w.strideHeight();
        return d >= 0 && d % w.dilationHeight() == 0 && d / w.dilationHeight() < w.height() ? d / w.dilationHeight() : -1;
    }

    /** Four byte vectors to four i32 vectors: byte t of a lane comes from vector t; lanes in interleaving order. */
    private Value[] interleave(Value[] v) {
        Value low01 = unpack(v[0], v[1], 1, 0);
        Value high01 = unpack(v[0], v[1], 1, 8);
        Value low23 = unpack(v[2], v[3], 1, 0);
        Value high23 = unpack(v[2], v[3], 1, 8);
        IrType ints = IrType.I32.vec(v[0].type().lanes() / 4);
        return new Value[] {
            f.bitcast(unpack(low01, low23, 2, 0), ints), f.bitcast(unpack(low01, low23, 2, 8), ints),
            f.bitcast(unpack(high01, high23, 2, 0), ints), f.bitcast(unpack(high01, high23, 2, 8), ints)};
    }

    /** Alternates units of {@code unit} bytes from a and b, taken from bytes {@code from}.. of each 16. */
    private Value unpack(Value a, Value b, int unit, int from) {
        int n = a.type().lanes();
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int inGroup = i % 16;
            int pair = inGroup / (2 * unit);
            int source = i / 16 * 16 + from + pair * unit + inGroup % unit;
            order[i] = inGroup % (2 * unit) < unit ? source : source + n;
        }
        return f.shuffle(a, b, order);
    }
}
