package quantwright.backend.llvm.kernel;

/**
 * A kernel generator. Catalogues list templates from best to reference; the first that selects a spec is used, and
 * every other says why not.
 *
 * @param <S> spec
 * @param <P> numeric parameters
 */
public interface KernelTemplate<S extends KernelSpec, P> {
    /** Family and instruction set, such as {@code u8s8s32_conv__avx512vnni}. */
    String name();

    /** Decides whether this template can do {@code spec}, and with which tile. */
    Selection<P> select(S spec);

    /**
     * Outcome of offering a spec to a template.
     *
     * @param <P> numeric parameters
     */
    sealed interface Selection<P> {
        /**
         * The template takes the spec.
         *
         * @param <P>    numeric parameters
         * @param kernel the kernel
         */
        record Selected<P>(Kernel<P> kernel) implements Selection<P> { }

        /**
         * The template does not apply.
         *
         * @param <P>    numeric parameters
         * @param reason why, in terms of the spec
         */
        record Rejected<P>(String reason) implements Selection<P> { }
    }
}
