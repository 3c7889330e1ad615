package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Value;

/** Float depthwise convolutions: a vector of channels by a few pixels at a time. */
public final class FloatDepthwiseTemplate implements KernelTemplate<FloatDepthwiseSpec, FloatParameters> {
    private static final int UNROLLED_ROWS = 25;
    private final VectorIsa isa;

    /** A template for an instruction set. */
    public FloatDepthwiseTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "f32_dwconv__" + isa.suffix();
    }

    @Override
    public Selection<FloatParameters> select(FloatDepthwiseSpec s) {
        return s.window().width() > UNROLLED_ROWS
            ? new Selection.Rejected<>("a window " + s.window().width() + " wide unrolls into too much code")
            : new Selection.Selected<>(new FloatDepthwiseKernel(s, isa));
    }

    /** The kernel of one spec. */
    private static final class FloatDepthwiseKernel implements SlicedKernel<FloatParameters> {
        private final FloatDepthwiseSpec spec;
        private final VectorIsa isa;
        private final List<Integer> vectors;
        private final int padded;
        private final int columns;
        private final FloatEpilogueEmitter.Layout layout;
        private FunctionBuilder f;
        private Address constants;

        FloatDepthwiseKernel(FloatDepthwiseSpec spec, VectorIsa isa) {
            this.spec = spec;
            this.isa = isa;
            vectors = ConvTiling.vectors(spec.in().channels(), isa.lanes());
            padded = ConvTiling.lanes(vectors);
            columns = Math.min(spec.out().width(), isa.registers() >= 32 ? 8 : 4);
            layout = FloatEpilogueEmitter.Layout.after(4L * taps() * padded, padded);
        }

        private int taps() {
            return spec.window().height() * spec.window().width();
        }

        @Override
        public String name() {
            return "f32_dwconv" + spec.window().height() + "x" + spec.window().width() + "_" + columns + "__" + isa.suffix();
        }

        /** Weights lie by vector of channels, then tap. */
        @Override
        public byte[] constants(FloatParameters p) {
            int c = spec.in().channels();
            if (p.weights().length != c * taps()) {
                throw new IllegalArgumentException("weights: " + p.weights().length + " for " + c + "x" + taps());
            }
            var b = ByteBuffer.allocate(layout.end()).order(ByteOrder.LITTLE_ENDIAN);
            int[] channelOf = new int[padded];
            int first = 0;
            for (int lanes : vectors) {
                for (int t = 0; t < taps(); t++) {
                    for (int i = first; i < first + lanes; i++) {
                        b.putFloat(i < c ? p.weights()[i * taps() + t] : 0f);
                    }
                }
                first += lanes;
            }
            for (int i = 0; i < padded; i++) {
                channelOf[i] = i < c ? i : -1;
            }
            layout.write(b, channelOf, p, isa.byteFlip());
            return b.array();
        }

        @Override
        public int units() {
            return spec.out().height();
        }

        @Override
        public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced) {
            f = module.function(function, linkage, IrType.VOID, KernelParameters.of(spec.residual() != null, sliced));
            KernelParameters pointers = KernelParameters.of(f, spec.residual() != null);
            constants = pointers.constants();
            Window w = spec.window();
            Address in = pointers.in().plus(-spec.in().offset(w.padTop(), w.padLeft()));
            Address out = pointers.out();
            Address residual = pointers.residual();
            int full = spec.in().channels() / isa.lanes();
            Units.of(f, spec.residual() != null, sliced).each(spec.out().height(), y -> {
                Address[] row = {f.at(in, y, spec.in().rowPitch() * w.strideHeight()), f.at(out, y,
                        spec.out().rowPitch()),
                    residual == null ? null : f.at(residual, y, spec.residual().rowPitch()), constants, constants};
                f.loop(0, full, 1, v -> row(vector(row, v, isa.lanes()), isa.lanes(), isa.lanes()));
                int done = full * isa.lanes();
                for (int lanes : vectors.subList(full, vectors.size())) {
                    row(tail(row, done), lanes, Math.min(lanes, spec.in().channels() - done));
                    done += lanes;
                }
            }, null);
            f.ret();
        }

        private Address[] vector(Address[] row, Value index, int lanes) {
            int out = spec.epilogue().store().bytes();
            return new Address[] {f.at(row[0], index, 4L * lanes), f.at(row[1], index, (long) out * lanes),
                row[2] == null ? null : f.at(row[2], index, 4L * lanes), f.at(row[3], index, 4L * lanes * taps()),
                f.at(row[4], index, 4L * lanes)};
        }

        private Address[] tail(Address[] row, long done) {
            int out = spec.epilogue().store().bytes();
            return new Address[] {row[0].plus(4 * done), row[1].plus(out * done),
                    row[2] == null ? null : row[2].plus(4 * done),
                row[3].plus(4 * done * taps()), row[4].plus(4 * done)};
        }

        private void row(Address[] at, int lanes, int valid) {
            int width = spec.out().width();
            int main = width / columns * columns;
            f.loop(0, main, columns, x -> tile(pixels(at, x), columns, lanes, valid));
            if (main < width) {
                tile(pixels(at, Value.i64(main)), width - main, lanes, valid);
            }
        }

        private Address[] pixels(Address[] at, Value x) {
            return new Address[] {f.at(at[0], x, spec.in().pixelPitch() * spec.window().strideWidth()),
                f.at(at[1], x, spec.out().pixelPitch()), at[2] == null ? null : f.at(at[2], x,
                        spec.residual().pixelPitch()),
                at[3], at[4]};
        }

        private void tile(Address[] at, int n, int lanes, int valid) {
            Window w = spec.window();
            var epilogue = new FloatEpilogueEmitter(f, isa, spec.epilogue(), layout, constants, at[4]);
            Value[] acc = new Value[n];
            java.util.Arrays.fill(acc, epilogue.start(0, lanes));
            IrType t = IrType.F32.vec(lanes);
            boolean unrolled = taps() <= UNROLLED_ROWS;
            int step = unrolled ? w.height() : 1;
            acc = f.loop(0, w.height(), step, acc, (ky, a) -> {
                Value[] next = a.clone();
                Address in = f.at(at[0], ky, spec.in().rowPitch() * w.dilationHeight());
                Address weights = f.at(at[3], ky, 4L * lanes * w.width());
                for (int r = 0; r < step; r++) {
                    for (int kx = 0; kx < w.width(); kx++) {
                        f.barrier();
                        Value weight = f.load(t, weights.plus(4L * lanes * (r * w.width() + kx)), 16);
                        for (int x = 0; x < n; x++) {
                            long offset = r * spec.in().rowPitch() * w.dilationHeight()
                                + spec.in().pixelPitch() * (kx * w.dilationWidth() + x * w.strideWidth());
                            next[x] = f.fma(f.load(t, in.plus(offset), 1), weight, next[x]);
                        }
                    }
                }
                return next;
            });
            var pieces = new ArrayList<Piece>();
            for (int x = 0; x < n; x++) {
                pieces.add(new Piece(acc[x], 0, at[1].plus(spec.out().pixelPitch() * x),
                    at[2] == null ? null : at[2].plus(spec.residual().pixelPitch() * x), valid));
            }
            epilogue.emit(pieces);
        }
    }
}
