package quantwright.compiler.importer;

/** A file that is not what it claims to be: says which file, where in it, what is wrong and what to do. */
public final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String place;
    private final String reason;
    private final String hint;

    /**
     * Describes one fault of an input file.
     *
     * @param file the file as the user named it
     * @param place where in the file: a byte offset, a record, a member; empty when the whole file is meant
     * @param reason what is wrong
     * @param hint what the user can do; empty when there is nothing to suggest
     */
    public FormatException(String file, String place, String reason, String hint) {
        super(file + (place.isEmpty() ? "" : ": " + place) + ": " + reason + (hint.isEmpty() ? "" : " (" + hint + ")"));
        this.file = file;
        this.place = place;
        this.reason = reason;
        this.hint = hint;
    }

    /**
     * Describes one fault without a suggestion.
     *
     * @param file the file as the user named it
     * @param place where in the file
     * @param reason what is wrong
     */
    public FormatException(String file, String place, String reason) {
        this(file, place, reason, "");
    }

    /** {@return the file as the user named it} */
    public String file() {
        return file;
    }

    /** {@return where in the file; empty when the whole file is meant} */
    public String place() {
        return place;
    }

    /** {@return what is wrong} */
    public String reason() {
        return reason;
    }

    /** {@return what to do about it; may be empty} */
    public String hint() {
        return hint;
    }
}
