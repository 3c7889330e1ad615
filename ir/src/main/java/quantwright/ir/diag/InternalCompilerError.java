package quantwright.ir.diag;

/** A bug of ours. The command exits with 2 after it has written a reproducer. */
public final class InternalCompilerError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what invariant does not hold. */
    public InternalCompilerError(String message) {
        super(message);
    }

    /** Says what invariant does not hold, and why. */
    public InternalCompilerError(String message, Throwable cause) {
        super(message, cause);
    }
}
