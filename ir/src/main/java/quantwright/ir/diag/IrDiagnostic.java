package quantwright.ir.diag;

/** What can be wrong with a {@code .qir} file, a graph, or a pass pipeline. */
public enum IrDiagnostic implements DiagnosticCode {
    /** The text does not follow the grammar. */
    SYNTAX("QW-P0101", "the text does not follow the grammar", "see docs/qir.md for the text form"),
    /** The file has no version line or another version. */
    VERSION("QW-P0102", "the file's version is not the one this compiler reads",
            "start the file with 'qir 1', or write it again with the compiler that wrote it"),
    /** A mnemonic that the registry does not have. */
    UNKNOWN_OP("QW-P0103", "no such op", "docs/ops.md lists the ops"),
    /** A name that the record does not have. */
    UNKNOWN_ATTRIBUTE("QW-P0104", "no such attribute", "docs/ops.md lists the attributes of each op"),
    /** An attribute is absent. */
    MISSING_ATTRIBUTE("QW-P0105", "an attribute is missing", "every attribute is written out; there are no defaults"),
    /** An attribute's value is of another kind. */
    WRONG_KIND("QW-P0106", "the value is of another kind than the attribute", ""),
    /** A value outside what the attribute allows. */
    BAD_VALUE("QW-P0107", "the value is outside what is allowed", ""),
    /** A type that does not exist or does not hold together. */
    BAD_TYPE("QW-P0108", "this is no valid tensor type", "for example f32[1x8], q<i8:f32, 0.5:-3>[1x8]"),
    /** A value is used that nothing above defines. */
    UNDEFINED_VALUE("QW-P0109", "nothing above defines this value", ""),
    /** A value is defined twice. */
    DUPLICATE_VALUE("QW-P0110", "the value is defined twice", "rename one of the two"),
    /** An attribute is given twice. */
    DUPLICATE_ATTRIBUTE("QW-P0111", "the attribute is given twice", "keep one of the two"),
    /** A constant names a resource that the file does not have. */
    MISSING_RESOURCE("QW-P0112", "the file holds no resource with this hash",
            "print with resources to get a file that can be read again"),
    /** A resource is truncated, damaged or malformed. */
    BAD_RESOURCE("QW-P0113", "the resource is damaged", "write or fetch the file again"),
    /** The side file with the constants cannot be used. */
    SIDE_FILE("QW-P0114", "the side file cannot be used", "keep the .qdata file beside its .qir file"),
    /** Braces and brackets nest too deeply. */
    TOO_DEEP("QW-P0115", "nesting is too deep", ""),
    /** The file cannot be read as text. */
    UNREADABLE("QW-P0116", "the file cannot be read", "check path, permissions and that it is UTF-8 text"),
    /** The numbers of result names and of result types differ. */
    RESULT_COUNT("QW-P0117", "result names and types differ in number", "give one type for each result"),
    /** An operand that is not defined before its use in the same graph. */
    ORDER("QW-V0101", "an operand is not defined before its use", ""),
    /** A labelled constraint of an op does not hold. */
    CONSTRAINT("QW-V0102", "a constraint of the op does not hold", "docs/ops.md lists the constraints by label"),
    /** Attribute values that lead to impossible shapes. */
    REJECTED("QW-V0103", "the op cannot be applied to these operands", ""),
    /** The stated result types are not those the op gives. */
    RESULT_TYPE("QW-V0104", "the result type is not the one the op gives", "state the inferred type"),
    /** An op below the graph's level. */
    LEVEL("QW-V0105", "the op belongs to a lower level than the graph", "raise no graph: lower it by passes"),
    /** A layout above TILE. */
    LAYOUT("QW-V0106", "only TILE graphs have layouts", "drop the layout from the type"),
    /** An output that is not a value of the graph. */
    OUTPUT("QW-V0107", "the output is no value of the graph", ""),
    /** Two inputs or two outputs with one name. */
    DUPLICATE_NAME("QW-V0108", "the name is taken twice", "rename one of the two"),
    /** Use lists that do not match the operands. */
    USE_LIST("QW-V0109", "the use list does not match the operands", "this is a bug in the pass that ran last"),
    /** A graph without outputs. */
    NO_OUTPUT("QW-V0110", "the graph has no output", "add an output"),
    /** A pipeline's text does not follow its grammar. */
    BAD_PIPELINE("QW-T0101", "the list of passes is malformed", "for example a,b{option=value},c"),
    /** A pass that nothing provides. */
    UNKNOWN_PASS("QW-T0102", "no such pass", ""),
    /** An option that the pass does not have, or a value it does not take. */
    BAD_OPTION("QW-T0103", "the pass does not take this option", ""),
    /** A pass before one it must come after. */
    PASS_ORDER("QW-T0104", "the passes are in the wrong order", "move the pass behind those it comes after"),
    /** A pass that cannot run on the graph. */
    NOT_APPLICABLE("QW-T0105", "the pass cannot run on this graph", ""),
    /** A file that is no reproducer. */
    BAD_REPRODUCER("QW-T0106", "the file is no reproducer", "give a quantwright-repro-*.qir file");

    private final Entry entry;

    IrDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
