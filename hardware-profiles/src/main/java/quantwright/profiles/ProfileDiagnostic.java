package quantwright.profiles;

import quantwright.ir.diag.DiagnosticCode;

/** What can be wrong with a hardware profile. */
public enum ProfileDiagnostic implements DiagnosticCode {
    /** No such profile. */
    UNKNOWN_PROFILE("QW-H0101", "there is no profile of that name", "qw profile list shows the names; a path names a file"),
    /** The file cannot be read. */
    UNREADABLE("QW-H0102", "the profile cannot be read", "check the path and its permissions"),
    /** Syntax. */
    SYNTAX("QW-H0103", "the profile does not follow the grammar", "entries are 'key value;', sections 'key { ... }'"),
    /** Another version of the language. */
    VERSION("QW-H0104", "the profile is written in another version of the language", "this version reads qhw 1"),
    /** A key that means nothing here. */
    UNKNOWN_KEY("QW-H0105", "the key is not known in this section", "remove it or correct its spelling"),
    /** A key that has to be there. */
    MISSING_KEY("QW-H0106", "a key is missing", "state it; nothing is assumed silently"),
    /** A value of another kind. */
    WRONG_VALUE("QW-H0107", "the value is not what the key takes", "see qw profile show of a shipped profile"),
    /** A unit that does not fit. */
    WRONG_UNIT("QW-H0108", "the unit does not fit the key", "state the quantity in a unit of the right kind"),
    /** The same key twice. */
    DUPLICATE_KEY("QW-H0109", "the key is given twice in this section", "keep one of them"),
    /** A base profile that leads back to itself. */
    CYCLE("QW-H0110", "profiles extend each other in a circle", "let one of them stand alone"),
    /** A number without provenance. */
    MISSING_SOURCE("QW-H0111", "a number does not say where it comes from",
            "add source datasheet|measured|assumed \"...\" to it, or once to its section"),
    /** Numbers that cannot be true together. */
    CONTRADICTION("QW-H0112", "the profile contradicts itself", "correct one of the numbers named"),
    /** An instruction-set extension that does not exist. */
    UNKNOWN_FEATURE("QW-H0113", "the instruction set has no such extension", "features have LLVM's names"),
    /** Operating points without the one that everything is stated at. */
    NO_NOMINAL("QW-H0114", "there is no nominal operating point",
            "name the point that energies and bandwidths are stated at 'nominal'"),
    /** A unit that no machine template has. */
    OUTSIDE_TEMPLATE("QW-H0115", "the machine templates have no such unit",
            "a chip with other units takes a backend of its own: see docs/add-a-chip.md, 'The second path'"),
    /** Labels of a section that are not what it takes. */
    WRONG_LABEL("QW-H0116", "the words between key and brace are not what the section takes",
            "see qw profile new --template npu");

    private final Entry entry;

    ProfileDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
