package quantwright.backend.llvm.kernel;

/** Integer convolutions of any geometry and grouping, as {@link ConvKernel}. */
public final class ConvTemplate implements KernelTemplate<ConvSpec, ConvParameters> {
    /** Outputs from which the copy, two vector operations for sixteen bytes, costs less than one for each block. */
    private static final int GATHERED_OUTPUTS = 64;
    /** Most bytes of gathered activations of a tile. */
    private static final long GATHERED_TILE = 40 << 10;
    private final VectorIsa isa;
    private final boolean safePairs;
    private final boolean gathered;

    /**
     * A template for an instruction set.
     *
     * @param safePairs use the dot product that is exact only for weights without 16-bit pair overflow
     */
    public ConvTemplate(VectorIsa isa, boolean safePairs) {
        this(isa, safePairs, false);
    }

    private ConvTemplate(VectorIsa isa, boolean safePairs, boolean gathered) {
        this.isa = isa;
        this.safePairs = safePairs;
        this.gathered = gathered;
    }

    /** A template whose activations are gathered once for all outputs; the instruction set has such a product. */
    public static ConvTemplate gathered(VectorIsa isa) {
        return new ConvTemplate(isa, false, true);
    }

    @Override
    public String name() {
        return (isa.byteFlip() != 0 ? "u8s8s32" : "s8s8s32") + "_conv" + (safePairs ? "_pairs" : "")
            + (gathered ? "_gathered" : "") + "__" + isa.suffix();
    }

    @Override
    public Selection<ConvParameters> select(ConvSpec s) {
        String no = EpilogueEmitter.unsupported(s.epilogue());
        if (no != null) {
            return new Selection.Rejected<>(no);
        }
        if (s.groups() > 1 && s.groupOutputs() == 1) {
            return new Selection.Rejected<>("one output per group leaves vector lanes empty: a depthwise kernel fits");
        }
        if (safePairs && !s.pairsProven()) {
            return new Selection.Rejected<>("the weights may overflow a 16-bit sum of two products");
        }
        if (gathered && s.scaleGroup() > 0) {
            return new Selection.Rejected<>("gathered activations do not end where groups of inputs do");
        }
        if (s.activations() != Activations.BYTES) {
            return words(s);
        }
        TileProduct product = gathered ? isa.gatheredProduct() : isa.product(safePairs);
        if (s.out().height() * s.out().width() < product.pixels()) {
            return new Selection.Rejected<>("one pixel leaves half of every matrix product empty");
        }
        int bits = storedBits(s);
        TileProduct packed = bits < 8 ? isa.packedProduct(bits) : null;
        if (packed != null) {
            product = packed;
        }
        if (!isWhole(s.scaleGroup(), product)) {
            return new Selection.Rejected<>("groups of " + s.scaleGroup() + " inputs are no whole number of loads");
        }
        ProductShape shape = ProductShape.of(s, product.depth());
        ConvTiling tiling = ConvTiling.choose(s.out().height(), s.out().width(), s.groupOutputs(), shape.steps(), isa,
                product, shape.flattens(), s.in().pixelPitch() * s.window().strideWidth(), shape.scaleGroups() > 1);
        if (gathered) {
            if (s.groupOutputs() < GATHERED_OUTPUTS) {
                return new Selection.Rejected<>("gathering activations costs more than " + s.groupOutputs()
                    + " outputs gain by it");
            }
            long bytes = shape.steps() * product.depth() * (tiling.pixels() + 1L);
            if (bytes > GATHERED_TILE) {
                return new Selection.Rejected<>("a tile's " + bytes + " bytes of activations fill the first-level cache");
            }
        }
        return new Selection.Selected<>(new ConvKernel(s, isa, product, packed == null ? 8 : bits, tiling));
    }

    /** Bits of a packed weight: a sign has no zero to pad a run of bytes with; two bits have. */
    private static int storedBits(ConvSpec s) {
        return s.weightBits() == 1 && ProductShape.of(s, 4).runBytes() % 4 != 0 ? 2 : s.weightBits();
    }

    /** A product of words, of which an instruction set has one for each width of weights. */
    private Selection<ConvParameters> words(ConvSpec s) {
        if (safePairs || gathered) {
            return new Selection.Rejected<>("the product is of bytes");
        }
        boolean isLong = s.activations() == Activations.WORDS_LONG;
        if (isLong && !(s.epilogue().requantize() instanceof Epilogue.Requantize.F32)) {
            return new Selection.Rejected<>("sums of more than 32 bits are requantized by f32 factors only");
        }
        if (isLong && s.scaleGroup() > LongSums.BLOCK) {
            return new Selection.Rejected<>("a group of " + s.scaleGroup() + " inputs may pass i32");
        }
        int bits = isa.wordProduct(storedBits(s)) == null ? 8 : storedBits(s);
        TileProduct product = isa.wordProduct(bits);
        if (!isWhole(2 * s.scaleGroup(), product)) {
            return new Selection.Rejected<>("groups of " + s.scaleGroup() + " inputs are no whole number of loads");
        }
        ProductShape shape = ProductShape.of(s, product.depth());
        ConvTiling tiling = ConvTiling.choose(s.out().height(), s.out().width(), s.groupOutputs(), shape.steps(), isa,
                product, shape.flattens(), s.in().pixelPitch() * s.window().strideWidth(), shape.scaleGroups() > 1);
        return new Selection.Selected<>(new ConvKernel(s, isa, product, bits, tiling));
    }

    /** Whether a group of so many bytes of inputs ends where loads of weights and of activations do. */
    private static boolean isWhole(int group, TileProduct product) {
        return group % (product.depth() * Math.max(product.stepsPerWeights(), product.stepsPerActivations())) == 0;
    }
}
