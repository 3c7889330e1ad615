package quantwright.backend.llvm.kernel;

/** Elementwise operations, as {@link ElementwiseKernel}. */
public final class ElementwiseTemplate implements KernelTemplate<ElementwiseSpec, ElementwiseParameters> {
    private final VectorIsa isa;

    /** A template for an instruction set. */
    public ElementwiseTemplate(VectorIsa isa) {
        this.isa = isa;
    }

    @Override
    public String name() {
        return "elementwise__" + isa.suffix();
    }

    @Override
    public Selection<ElementwiseParameters> select(ElementwiseSpec spec) {
        if (spec.op() instanceof ElementwiseSpec.Op.Copy c && (c.input().bytes() != 1 || c.output().bytes() != 1)) {
            return new Selection.Rejected<>("a copy moves bytes; float tensors are copied as four times the channels");
        }
        return new Selection.Selected<>(new ElementwiseKernel(spec, isa));
    }
}
