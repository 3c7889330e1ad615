package quantwright.ir.pass;

/** Whether a pass can run on a graph. */
public sealed interface Applicability {
    /** It can. */
    record Applicable() implements Applicability {
    }

    /** It cannot, for a reason the user can read. */
    record NotApplicable(String reason) implements Applicability {
    }

    /** It can. */
    Applicability APPLICABLE = new Applicable();
}
