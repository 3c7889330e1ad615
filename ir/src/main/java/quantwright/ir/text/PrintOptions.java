package quantwright.ir.text;

/**
 * How a graph is printed.
 *
 * @param resources where constants of more than {@code inlineElements} elements go
 * @param inlineElements constants of at most so many elements are printed in place
 * @param locations whether locations are printed
 */
public record PrintOptions(Resources resources, int inlineElements, boolean locations) {
    /** Where large constants go. */
    public enum Resources {
        /** Into a trailing section of the text, as base64. */
        IN_TEXT,
        /** Into a {@code .qdata} file beside the text, which readers map into memory. */
        SIDE_FILE,
        /** Nowhere: the text shows their hash and cannot be read back. For dumps. */
        ELIDED
    }

    /** One self-contained text. */
    public static final PrintOptions SELF_CONTAINED = new PrintOptions(Resources.IN_TEXT, 16, true);
    /** Text with a memory-mapped side file. */
    public static final PrintOptions WITH_SIDE_FILE = new PrintOptions(Resources.SIDE_FILE, 16, true);
    /** For people: no large constants, no locations. */
    public static final PrintOptions DUMP = new PrintOptions(Resources.ELIDED, 16, false);
}
