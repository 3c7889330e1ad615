package quantwright.compiler.importer;

import java.util.List;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** A file that is not what it claims to be: says which file, where in it, what is wrong and what to do. */
public final class FormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient DiagnosticCode code;
    private final String file;
    private final String place;
    private final String reason;
    private final String hint;

    /**
     * Describes one fault of an input file.
     *
     * @param code the kind of fault
     * @param file the file as the user named it
     * @param place where in the file: a byte offset, a record, a member; empty when the whole file is meant
     * @param reason what is wrong
     * @param hint what the user can do; empty when the code's own hint says it
     */
    public FormatException(DiagnosticCode code, String file, String place, String reason, String hint) {
        super(file + (place.isEmpty() ? "" : ": " + place) + ": " + reason + (hint.isEmpty() ? "" : " (" + hint + ")"));
        this.code = code;
        this.file = file;
        this.place = place;
        this.reason = reason;
        this.hint = hint;
    }

    /**
     * Describes one fault without a particular suggestion.
     *
     * @param code the kind of fault
     * @param file the file as the user named it
     * @param place where in the file
     * @param reason what is wrong
     */
    public FormatException(DiagnosticCode code, String file, String place, String reason) {
        this(code, file, place, reason, "");
    }

    /**
     * Describes damage, the most common fault.
     *
     * @param file the file as the user named it
     * @param place where in the file
     * @param reason what is wrong
     * @param hint what the user can do; empty when the code's own hint says it
     */
    public FormatException(String file, String place, String reason, String hint) {
        this(ImportDiagnostic.CORRUPT_FILE, file, place, reason, hint);
    }

    /**
     * Describes damage, the most common fault, without a particular suggestion.
     *
     * @param file the file as the user named it
     * @param place where in the file
     * @param reason what is wrong
     */
    public FormatException(String file, String place, String reason) {
        this(ImportDiagnostic.CORRUPT_FILE, file, place, reason, "");
    }

    /** {@return the kind of fault} */
    public DiagnosticCode code() {
        return code;
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

    /** {@return this as a diagnostic} */
    public Diagnostic diagnostic() {
        var notes = hint.isEmpty() ? List.<String>of() : List.of(hint);
        if (place.matches("byte [0-9]{1,18}")) {
            return new Diagnostic(code, new Location.AtByte(file, Long.parseLong(place.substring(5))), reason, notes);
        }
        return new Diagnostic(code, new Location.InFile(file, 1, 1), place.isEmpty() ? reason : place + ": " + reason,
            notes);
    }

    /** {@return this as the error that ends a command} */
    public UserErrorException toUserError() {
        return new UserErrorException(List.of(diagnostic()));
    }
}
