package quantwright.backend.llvm.kernel;

/** Integer depthwise convolutions of any window, as {@link DepthwiseKernel}. */
public final class DepthwiseTemplate implements KernelTemplate<DepthwiseSpec, ConvParameters> {
    private final VectorIsa isa;
    private final boolean safePairs;

    /**
     * A template for an instruction set.
     *
     * @param safePairs use the dot product that is exact only for weights without 16-bit pair overflow
     */
    public DepthwiseTemplate(VectorIsa isa, boolean safePairs) {
        this.isa = isa;
        this.safePairs = safePairs;
    }

    @Override
    public String name() {
        return (isa.byteFlip() != 0 ? "u8s8s32" : "s8s8s32") + "_dwconv" + (safePairs ? "_pairs" : "") + "__" + isa.suffix();
    }

    @Override
    public Selection<ConvParameters> select(DepthwiseSpec s) {
        String no = EpilogueEmitter.unsupported(s.epilogue());
        if (no != null) {
            return new Selection.Rejected<>(no);
        }
        if (s.residual() != null && s.epilogue().store() == Epilogue.Store.I16) {
            return new Selection.Rejected<>("an addition of words");
        }
        if (safePairs && !s.pairsProven()) {
            return new Selection.Rejected<>("the weights may overflow a 16-bit sum of two products");
        }
        if (s.window().height() * s.window().width() > 121) {
            return new Selection.Rejected<>("a window of " + s.window().height() + "x" + s.window().width()
                + " unrolls into too much code");
        }
        return new Selection.Selected<>(new DepthwiseKernel(s, isa, isa.dot(safePairs), DepthwiseTiling.choose(s,
                isa)));
    }
}
