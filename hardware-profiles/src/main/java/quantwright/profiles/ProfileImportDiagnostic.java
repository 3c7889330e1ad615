package quantwright.profiles;

import quantwright.ir.diag.DiagnosticCode;

/** What can be wrong with a foreign description of a chip. */
public enum ProfileImportDiagnostic implements DiagnosticCode {
    /** Neither of the formats. */
    UNKNOWN_FORMAT("QW-H0201", "the file is no description of a chip that is read",
            "a vela.ini has sections [System_Config.NAME], a SCALE-Sim .cfg a section [architecture_presets]"),
    /** A line that is no section, entry or comment. */
    BAD_LINE("QW-H0202", "the line does not follow the form of the file", "lines are [section], key=value or key: value"),
    /** A section that has to be named, or that does not exist. */
    WHICH_SECTION("QW-H0203", "the section to import is not clear", "name it with --system or --memory-mode"),
    /** A value that cannot be understood. */
    BAD_VALUE("QW-H0204", "the value is not what the entry takes", "correct the file"),
    /** Sections that inherit from each other in a circle. */
    CYCLE("QW-H0205", "sections inherit from each other in a circle", "let one of them stand alone");

    private final Entry entry;

    ProfileImportDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
