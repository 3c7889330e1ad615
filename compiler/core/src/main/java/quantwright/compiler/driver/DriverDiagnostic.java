package quantwright.compiler.driver;

import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.Severity;

/** Diagnostics of the driver. */
public enum DriverDiagnostic implements DiagnosticCode {
    /** No backend emits code for the profile. */
    NO_BACKEND("QW-C0101", "no backend emits code for the profile's machine",
            "qw profile list shows the profiles; --plugin-path adds backends", Severity.ERROR),
    /** Backends were looked for and none found. */
    NO_BACKENDS_AT_ALL("QW-C0102", "no backend was found at all",
            "the installation is incomplete: every backend is a jar with a Backend service", Severity.ERROR),
    /** The backend cannot work here; portable code or the interpreter does. */
    FELL_BACK("QW-C0103", "native code cannot be made or run on this host; something slower runs the model",
            "portable code and the interpreter give the same bytes, slowly", Severity.WARNING),
    /** A plug-in cannot be used. */
    BAD_PLUGIN("QW-C0104", "a plug-in cannot be loaded", "give a modular jar, or a folder of them", Severity.ERROR),
    /** Files cannot be written. */
    NOT_WRITABLE("QW-C0105", "a file cannot be written", "check the path, its permissions and the space left",
            Severity.ERROR),
    /** Native code was asked for on a host that cannot run it. */
    NO_NATIVE_CODE("QW-C0106", "this host cannot make or run native code for the profile",
            "run with --on interpreter", Severity.ERROR),
    /** Tensors that do not fit the model. */
    WRONG_INPUT("QW-C0107", "the inputs do not fit the model", "qw inspect MODEL shows what it takes", Severity.ERROR),
    /** Something that needs labels got none. */
    NO_LABELS("QW-C0108", "the data has no labels and there is no model to compare with",
            "give labelled data, or a reference with --against", Severity.ERROR),
    /** Models that cannot be compared. */
    NOT_COMPARABLE("QW-C0109", "the two models do not give the same kind of output",
            "compare a model with its own float or quantized form", Severity.ERROR),
    /** One file is asked for, and the code is no such file. */
    NO_JAR("QW-C0110", "only portable code comes as one jar",
            "take --profile jvm, or a folder for -o", Severity.ERROR),
    /** A class name Java does not take. */
    CLASS_NAME("QW-C0111", "this is no name of a class", "use Java identifiers joined by dots, such as com.example.Net",
            Severity.ERROR),
    /** A host class is asked for, and the code is Java already. */
    NO_HOST_CLASS("QW-C0112", "only native code needs a host class", "leave --host-class out; model.jar is called as it is",
            Severity.ERROR),
    /** Nothing simulates the machine that a program is for. */
    NO_SIMULATOR("QW-C0113", "no simulator is installed for the machine",
            "--on simulator is for programs of NPU profiles: qw profile list", Severity.ERROR),
    /** A node that the model does not have. */
    NO_SUCH_NODE("QW-C0114", "no step computes a value of this name", "qw inspect DIR lists the steps", Severity.ERROR),
    /** A name that cannot be the prefix of C symbols. */
    BAD_NAME("QW-C0120", "the name is no C identifier",
            "letters, digits and underscores, and no digit first: it is the prefix of the C functions", Severity.ERROR),
    /** An object was asked for on a host without the code generator. */
    NO_CODE_GENERATOR("QW-C0121", "this host cannot generate code for the profile",
            "files to link are made on a host with the native LLVM artifact", Severity.ERROR);

    private final Entry entry;

    DriverDiagnostic(String id, String summary, String hint, Severity severity) {
        entry = new Entry(id, summary, hint, severity);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
