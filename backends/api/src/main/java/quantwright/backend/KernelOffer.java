package quantwright.backend;

/**
 * A kernel that a step could have had, or has.
 *
 * @param kernel its name, or that of its family and instruction set
 * @param verdict what became of it
 * @param reason why it does not take the step, or what was chosen instead; empty for the chosen one
 */
public record KernelOffer(String kernel, Verdict verdict, String reason) {
    /** What became of an offer. */
    public enum Verdict {
        /** The first in the catalogue's order that takes the step. */
        CHOSEN,
        /** It does not take the step. */
        REFUSED,
        /** It takes the step, and stands behind the chosen one. */
        BEHIND
    }
}
