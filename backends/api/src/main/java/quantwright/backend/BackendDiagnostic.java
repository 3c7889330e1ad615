package quantwright.backend;

import quantwright.ir.diag.DiagnosticCode;

/** Diagnostics of backends and artifacts. */
public enum BackendDiagnostic implements DiagnosticCode {
    /** A node no kernel of the target takes. */
    NO_KERNEL("QW-B0101", "no kernel of the target computes this op", "see qw inspect MODEL --profile P for the whole list"),
    /** The sum of products may leave i32. */
    ACCUMULATOR_OVERFLOW("QW-B0102", "the accumulator of this op may leave its width",
            "quantize the layer with a larger weight scale, or skip it"),
    /** A model's types are not those that the profile's chip takes. */
    RULE_BROKEN("QW-B0103", "the profile's quantization rules exclude a type of the model",
            "quantize the float model with --calibrate for this profile, which keeps its rules, or correct the profile"),
    /** No artifact at the path. */
    NO_ARTIFACT("QW-B0201", "the folder holds no artifact", "qw compile MODEL --profile P -o DIR writes one"),
    /** An artifact of another format version. */
    ARTIFACT_VERSION("QW-B0202", "the artifact has another format version", "compile the model again with this version"),
    /** A file of the artifact is missing or changed. */
    ARTIFACT_DAMAGED("QW-B0203", "a file of the artifact is missing or was changed", "compile the model again"),
    /** The host lacks instructions the artifact uses. */
    HOST_FEATURES("QW-B0204", "this host lacks instructions the artifact uses",
            "compile for a profile this host supports, or run with --on interpreter"),
    /** The output folder cannot be written. */
    NOT_WRITABLE("QW-B0205", "the output folder cannot be written", "choose another folder with -o"),
    /** Nothing in the folder can be loaded. */
    NOTHING_TO_RUN("QW-B0220", "the folder holds files to link, and no shared object to run",
            "compile without --emit, or let --emit name shared too"),
    /** Objects and headers were asked of a backend that has none. */
    NOT_LINKABLE("QW-B0221", "the backend's code is not linked into programs", "leave --emit out: the artifact holds the code"),
    /** Cycles were asked of a profile without throughputs. */
    NO_THROUGHPUTS("QW-B0222", "the profile does not say how fast its machine is",
            "choose a profile of a processor, such as cortex-a76, or add a 'performance' section; qw simulate times an NPU");

    private final Entry entry;

    BackendDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
