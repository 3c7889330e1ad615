package quantwright.simulator.timing;

/** Something an instruction asks for that the machine's profile does not list. */
public final class UnsupportedPair extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedPair(String message) {
        super(message);
    }
}
