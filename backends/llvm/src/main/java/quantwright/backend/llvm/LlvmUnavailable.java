package quantwright.backend.llvm;

/**
 * libLLVM cannot be used on this host, for a reason outside Quantwright's code: callers fall back to the interpreter
 * and show the message, which says what to do.
 */
public final class LlvmUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the library cannot be used. */
    public enum Reason {
        /** No native artifact is published for this operating system and processor. */
        UNSUPPORTED_PLATFORM,
        /** The artifact is neither on the class path, nor on the module path, nor where the property points. */
        ARTIFACT_MISSING,
        /** The per-user cache cannot be written, or the artifact is damaged. */
        CACHE_FAILED,
        /** The system's loader refused the library. */
        LOAD_FAILED,
        /** The library is not LLVM 20.1. */
        WRONG_VERSION
    }

    /** Why the library cannot be used. */
    private final Reason reason;

    /** A failure with its reason, a message for the user, and what was thrown, or null. */
    public LlvmUnavailable(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why the library cannot be used. */
    public Reason reason() {
        return reason;
    }
}
