package quantwright.npu.isa;

/** A binary or text form that is not a program. The message holds the place. */
public final class ProgramFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** It is not a program at all. */
        NOT_A_PROGRAM,
        /** Another version of the form; build the program again with this version of the tools. */
        VERSION,
        /** It ends early, or a length says more than is there. */
        TRUNCATED,
        /** More follows than belongs there. */
        EXCESS,
        /** The checksum differs from that of the contents. */
        CHECKSUM,
        /** A word, opcode or field that does not exist, is missing, or stands twice. */
        SYNTAX,
        /** A value outside its range. */
        VALUE
    }

    private final Kind kind;
    private final long offset;
    private final int line;
    private final int column;

    private ProgramFormatException(Kind kind, long offset, int line, int column, String message) {
        super(message);
        this.kind = kind;
        this.offset = offset;
        this.line = line;
        this.column = column;
    }

    static ProgramFormatException atOffset(Kind kind, long offset, String message) {
        return new ProgramFormatException(kind, offset, 0, 0, "byte " + offset + ": " + message);
    }

    static ProgramFormatException atLine(Kind kind, int line, int column, String message) {
        return new ProgramFormatException(kind, -1, line, column, "line " + line + ":" + column + ": " + message);
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }

    /** Byte of the binary form, or -1. */
    public long offset() {
        return offset;
    }

    /** Line of the text form from 1, or 0. */
    public int line() {
        return line;
    }

    /** Column of the text form from 1, or 0. */
    public int column() {
        return column;
    }
}
