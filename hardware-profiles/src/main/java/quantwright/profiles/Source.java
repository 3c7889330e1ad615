package quantwright.profiles;

/**
 * Where a number of a profile comes from.
 *
 * @param kind how it was had
 * @param text document, measurement or reasoning
 */
public record Source(Kind kind, String text) {
    /** How a number was had. */
    public enum Kind {
        /** A vendor's document states it. */
        DATASHEET,
        /** Somebody measured it. */
        MEASURED,
        /** Neither: an estimate, with its reasoning. */
        ASSUMED
    }
}
