package quantwright.backend.llvm.kernel;

/** Parameters of one kernel instance: value-equal records, so that equal layers share one function. */
public interface KernelSpec {
    /** Multiply-accumulates (or elements, for kernels that do not multiply) of one call. */
    long work();
}
