package quantwright.backend.llvm.kernel;

/** Max and average pooling of bytes, as {@link PoolKernel}. */
public final class PoolTemplate implements KernelTemplate<PoolSpec, PoolParameters> {
    private final VectorIsa isa;

    /** A template for an instruction set. */
    public PoolTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "pool__" + isa.suffix();
    }

    @Override
    public Selection<PoolParameters> select(PoolSpec spec) {
        var kernel = new PoolKernel(spec, isa);
        String no = kernel.unsupported();
        return no != null ? new Selection.Rejected<>(no) : new Selection.Selected<>(kernel);
    }
}
