package quantwright.tests.docs.guide;

import java.util.Arrays;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/** Clamps bytes, a vector at a time. */
public final class ClampTemplate implements KernelTemplate<ClampSpec, ClampSpec.Bounds> {
    private final VectorIsa isa;

    /** A template for an instruction set. */
    public ClampTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "clamp__" + isa.suffix();
    }

    @Override
    public Selection<ClampSpec.Bounds> select(ClampSpec spec) {
        return spec.length() < 1
                ? new Selection.Rejected<>("nothing to clamp")
                : new Selection.Selected<>(new ClampKernel(spec, isa));
    }

    private record ClampKernel(ClampSpec spec, VectorIsa isa) implements Kernel<ClampSpec.Bounds> {
        @Override
        public String name() {
            return "clamp" + vectorBytes() + "__" + isa.suffix();
        }

        private int vectorBytes() {
            return 4 * isa.lanes();
        }

        /** A vector of the lower bound, then one of the upper, in the arena's encoding. */
        @Override
        public byte[] constants(ClampSpec.Bounds bounds) {
            byte[] block = new byte[2 * vectorBytes()];
            Arrays.fill(block, 0, vectorBytes(), (byte) (bounds.min() ^ isa.byteFlip()));
            Arrays.fill(block, vectorBytes(), block.length, (byte) (bounds.max() ^ isa.byteFlip()));
            return block;
        }

        @Override
        public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
            FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                    Parameter.writable("out"), Parameter.readOnly("constants"));
            Address in = f.at(f.param(0));
            Address out = f.at(f.param(1));
            int whole = spec.length() / vectorBytes() * vectorBytes();
            f.loop(0, whole, vectorBytes(), i -> clamp(f, vectorBytes(), f.at(in, i, 1), f.at(out, i, 1)));
            // The rest in halves, so that no byte outside the tensor is touched.
            int done = whole;
            for (int n = vectorBytes() / 2; n >= 1; n /= 2) {
                if (spec.length() - done >= n) {
                    clamp(f, n, in.plus(done), out.plus(done));
                    done += n;
                }
            }
            f.ret();
        }

        private void clamp(FunctionBuilder f, int bytes, Address in, Address out) {
            IrType type = bytes == 1 ? IrType.I8 : IrType.I8.vec(bytes);
            Address constants = f.at(f.param(2));
            Value low = f.load(type, constants, 1);
            Value high = f.load(type, constants.plus(vectorBytes()), 1);
            Value q = f.load(type, in, 1);
            // Flipped bytes order as unsigned numbers, others as signed ones.
            boolean flipped = isa.byteFlip() != 0;
            Value raised = flipped ? f.umax(q, low) : f.smax(q, low);
            f.store(flipped ? f.umin(raised, high) : f.smin(raised, high), out, 1);
        }
    }
}
