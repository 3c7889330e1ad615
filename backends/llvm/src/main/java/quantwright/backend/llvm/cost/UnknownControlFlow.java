package quantwright.backend.llvm.cost;

/** Control flow depends on what is not known beforehand. */
final class UnknownControlFlow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownControlFlow(int offset) {
        super("the branch at +" + offset + " depends on data");
    }
}
