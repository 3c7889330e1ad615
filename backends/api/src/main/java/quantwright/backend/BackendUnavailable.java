package quantwright.backend;

/** This host lacks what a backend needs to generate code, such as its native library. */
public final class BackendUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is missing. */
    public BackendUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
