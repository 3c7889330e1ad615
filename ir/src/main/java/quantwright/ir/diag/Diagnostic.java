package quantwright.ir.diag;

import java.util.List;
import quantwright.ir.loc.Location;

/**
 * One message to the user.
 *
 * @param code stable code
 * @param location the offending place
 * @param message what is wrong there, one line
 * @param notes further lines: related places, nearest valid names
 */
public record Diagnostic(DiagnosticCode code, Location location, String message, List<String> notes) {
    /** Copies the notes. */
    public Diagnostic {
        notes = List.copyOf(notes);
    }

    /** The printed form: {@code place: error[CODE]: message}, then notes and the hint, a line each. */
    public String render() {
        StringBuilder text = new StringBuilder();
        text.append(location).append(": ").append(code.severity().name().toLowerCase(java.util.Locale.ROOT))
                .append('[').append(code.id()).append("]: ").append(message);
        for (String note : notes) {
            text.append("\n  note: ").append(note);
        }
        if (!code.hint().isEmpty()) {
            text.append("\n  hint: ").append(code.hint());
        }
        return text.toString();
    }
}
