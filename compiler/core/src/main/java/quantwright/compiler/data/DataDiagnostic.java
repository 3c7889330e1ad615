package quantwright.compiler.data;

import quantwright.ir.diag.DiagnosticCode;

/** What can be wrong with a data set. */
public enum DataDiagnostic implements DiagnosticCode {
    /** Absent, or no permission. */
    UNREADABLE_FILE("QW-D0101", "a data file cannot be read", "check the path and its permissions"),
    /** Truncated, corrupted, or of another format. */
    CORRUPT_FILE("QW-D0102", "a data file is truncated, damaged or of another format",
        "fetch or write the file again"),
    /** A version of the format that is not read. */
    UNSUPPORTED_VERSION("QW-D0103", "a data file has a format version that is not read",
        "write it with a current tool"),
    /** A type, order or layout of data that is not read. */
    UNSUPPORTED_FORM("QW-D0104", "data has a form that is not read", "convert the data as the message says"),
    /** A manifest that is not valid. */
    BAD_MANIFEST("QW-D0105", "a manifest is not valid", "correct the member that the message names"),
    /** A data set without samples. */
    EMPTY("QW-D0106", "a data set has no samples", "give at least one sample"),
    /** Samples that a model cannot take. */
    WRONG_SHAPE("QW-D0107", "samples do not have the shape or type that is needed",
        "check the preprocessing in the manifest, or use the data set that belongs to the model"),
    /** NaN or infinite elements. */
    NOT_FINITE("QW-D0108", "a sample has elements that are NaN or infinite", "remove or repair the sample"),
    /** Labels that are missing or do not fit. */
    BAD_LABELS("QW-D0109", "labels are missing or do not fit the samples", "give one integer class label per sample");

    private final Entry entry;

    DataDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
