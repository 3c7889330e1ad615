package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/** Planes to pixels and back by vector shuffles; exactly the elements are touched. */
public final class InterleaveTemplate implements KernelTemplate<InterleaveSpec, InterleaveTemplate.None> {
    private final VectorIsa isa;

    /** The numbers of a kernel that has none. */
    public record None() { }

    /** A template for an instruction set. */
    public InterleaveTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "interleave__" + isa.suffix();
    }

    @Override
    public Selection<None> select(InterleaveSpec s) {
        if (s.pixels().channels() > InterleaveSpec.CHANNELS) {
            return new Selection.Rejected<>(s.pixels().channels() + " channels are more than " + InterleaveSpec.CHANNELS);
        }
        if (s.pixels().pixelPitch() != (long) s.pixels().channels() * s.elementBytes()) {
            return new Selection.Rejected<>("pixels do not touch");
        }
        return new Selection.Selected<>(new InterleaveKernel(s, isa));
    }

    /** The kernel of one spec. */
    private static final class InterleaveKernel implements Kernel<None> {
        private final InterleaveSpec spec;
        private final VectorIsa isa;
        private final IrType element;
        private FunctionBuilder f;

        InterleaveKernel(InterleaveSpec spec, VectorIsa isa) {
            this.spec = spec;
            this.isa = isa;
            this.element = spec.elementBytes() == 1 ? IrType.I8 : IrType.I32;
        }

        @Override
        public String name() {
            return (spec.toPixels() ? "planes_to_pixels" : "pixels_to_planes") + spec.pixels().channels() + "x"
                + 8 * spec.elementBytes() + "__" + isa.suffix();
        }

        @Override
        public byte[] constants(None parameters) {
            return new byte[0];
        }

        @Override
        public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
            f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"), Parameter.writable("out"),
                new Parameter(IrType.PTR, "constants", "nocapture readonly"));
            Address planes = f.at(f.param(spec.toPixels() ? 0 : 1));
            Address pixels = f.at(f.param(spec.toPixels() ? 1 : 0));
            int width = spec.pixels().width();
            int lanes = spec.elementBytes() == 1 ? 16 : isa.lanes();
            f.loop(0, spec.pixels().height(), 1, y -> {
                Address p = f.at(planes, y, spec.rowPitch());
                Address q = f.at(pixels, y, spec.pixels().rowPitch());
                int main = width / lanes * lanes;
                f.loop(0, main, lanes, x -> move(f.at(p, x, spec.elementBytes()), f.at(q, x,
                        spec.pixels().pixelPitch()), lanes));
                int done = main;
                for (int n = lanes / 2; n >= 1; n /= 2) {
                    if ((width - done) / n > 0) {
                        move(p.plus((long) done * spec.elementBytes()), q.plus(done * spec.pixels().pixelPitch()), n);
                        done += n;
                    }
                }
            });
            f.ret();
        }

        private void move(Address planes, Address pixels, int n) {
            int c = spec.pixels().channels();
            if (n == 1) {
                for (int k = 0; k < c; k++) {
                    Address plane = planes.plus(k * spec.planePitch());
                    Address pixel = pixels.plus((long) k * spec.elementBytes());
                    f.store(f.load(element, spec.toPixels() ? plane : pixel, 1), spec.toPixels() ? pixel : plane, 1);
                }
            } else if (spec.toPixels()) {
                gather(planes, pixels, n, c);
            } else {
                scatter(planes, pixels, n, c);
            }
        }

        private void gather(Address planes, Address pixels, int n, int c) {
            Value joined = null;
            for (int k = 0; k < c; k++) {
                Value v = f.load(element.vec(n), planes.plus(k * spec.planePitch()), 1);
                joined = joined == null ? v : join(joined, v);
            }
            int[] order = new int[n * c];
            for (int i = 0; i < order.length; i++) {
                order[i] = i % c * n + i / c;
            }
            f.store(f.shuffle(joined, order), pixels, 1);
        }

        /** The lanes of {@code a} followed by those of {@code b}, which may be fewer. */
        private Value join(Value a, Value b) {
            int n = a.type().lanes();
            int m = b.type().lanes();
            int[] widen = new int[n];
            int[] order = new int[n + m];
            for (int i = 0; i < n; i++) {
                widen[i] = i < m ? i : -1;
            }
            for (int i = 0; i < n + m; i++) {
                order[i] = i;
            }
            return f.shuffle(a, n == m ? b : f.shuffle(b, widen), order);
        }

        private void scatter(Address planes, Address pixels, int n, int c) {
            Value all = f.load(element.vec(n * c), pixels, 1);
            for (int k = 0; k < c; k++) {
                int[] order = new int[n];
                for (int i = 0; i < n; i++) {
                    order[i] = i * c + k;
                }
                f.store(f.shuffle(all, order), planes.plus(k * spec.planePitch()), 1);
            }
        }
    }
}
