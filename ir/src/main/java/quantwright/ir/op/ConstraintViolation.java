package quantwright.ir.op;

/** An op's operands, attributes or result types break one of its labelled constraints. */
public final class ConstraintViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String label;

    /** A violation of constraint {@code label}, for example {@code conv2d_c3}. */
    public ConstraintViolation(String label, String message) {
        super(message);
        this.label = label;
    }

    /** The constraint's label, shared by op Javadoc, check and test. */
    public String label() {
        return label;
    }
}
