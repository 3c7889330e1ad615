package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.backend.llvm.text.ModuleBuilder;

/** Float convolutions of any geometry and grouping, and fully connected layers. */
public final class FloatConvTemplate implements KernelTemplate<FloatConvSpec, FloatParameters> {
    private final VectorIsa isa;

    /** A template for an instruction set. */
    public FloatConvTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "f32_conv__" + isa.suffix();
    }

    @Override
    public Selection<FloatParameters> select(FloatConvSpec s) {
        if (s.groups() > 1 && s.out().channels() == s.groups()) {
            return new Selection.Rejected<>("one output per group leaves vector lanes empty: a depthwise kernel fits");
        }
        TileProduct product = isa.floatProduct();
        ProductShape shape = new ProductShape(s.in(), s.out(), s.residual(), s.window(), s.groups(), 4,
            s.epilogue().store().bytes(), 4, product.depth(), 0, false, false);
        ConvTiling tiling = ConvTiling.choose(s.out().height(), s.out().width(), shape.groupOutputs(), shape.steps(),
                isa, product,
            shape.flattens(), s.in().pixelPitch() * s.window().strideWidth(), false);
        return new Selection.Selected<>(new FloatConvKernel(s, shape, tiling, isa, product));
    }

    /** The kernel of one spec. */
    private static final class FloatConvKernel implements SlicedKernel<FloatParameters> {
        private final FloatConvSpec spec;
        private final ProductShape shape;
        private final ConvTiling tiling;
        private final VectorIsa isa;
        private final TileProduct product;
        private final ProductLayout layout;
        private final FloatEpilogueEmitter.Layout epilogue;

        FloatConvKernel(FloatConvSpec spec, ProductShape shape, ConvTiling tiling, VectorIsa isa,
                TileProduct product) {
            this.product = product;
            this.spec = spec;
            this.shape = shape;
            this.tiling = tiling;
            this.isa = isa;
            layout = new ProductLayout(shape, tiling, product, false);
            epilogue = FloatEpilogueEmitter.Layout.after(layout.weightBytes(), layout.padded());
        }

        @Override
        public String name() {
            return "f32_conv_" + tiling.pixels() + "x" + ConvTiling.lanes(tiling.block()) + "__" + isa.suffix();
        }

        @Override
        public byte[] constants(FloatParameters p) {
            var weights = ByteBuffer.allocate(4 * p.weights().length).order(ByteOrder.LITTLE_ENDIAN);
            weights.asFloatBuffer().put(p.weights());
            var b = ByteBuffer.allocate(epilogue.end()).order(ByteOrder.LITTLE_ENDIAN);
            layout.pack(b, weights.array(), null);
            epilogue.write(b, layout.channels(), p, isa.byteFlip());
            return b.array();
        }

        private ProductCode code() {
            return new ProductCode(shape, product, tiling, layout, (f, constants, c4, c8) ->
                new FloatEpilogueEmitter(f, isa, spec.epilogue(), epilogue, constants, c4));
        }

        @Override
        public int units() {
            return code().units();
        }

        @Override
        public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced) {
            code().emit(module, function, linkage, sliced);
        }
    }
}
