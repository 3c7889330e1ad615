package quantwright.compiler.search.solve;

/** The solver's native library cannot be used on this host. */
public final class SolverUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SolverUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
