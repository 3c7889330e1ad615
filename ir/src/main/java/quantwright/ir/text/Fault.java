package quantwright.ir.text;

import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import quantwright.ir.diag.IrDiagnostic;

/** One mistake in the text, on its way to the place that reports it and goes on with the next statement. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final IrDiagnostic code;
    private final int line;
    private final int column;
    private final transient String[] notes;

    Fault(IrDiagnostic code, Token at, String message, String... notes) {
        super(message, null, false, false);
        this.code = code;
        this.line = at.getLine();
        this.column = at.getCharPositionInLine() + 1;
        this.notes = notes;
    }

    Fault(IrDiagnostic code, ParserRuleContext at, String message, String... notes) {
        this(code, at.getStart(), message, notes);
    }

    IrDiagnostic code() {
        return code;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }

    String[] notes() {
        return notes;
    }

    /** At most 60 characters of a text, for messages. */
    static String excerpt(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
