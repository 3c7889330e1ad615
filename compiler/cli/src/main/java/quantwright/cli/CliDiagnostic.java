package quantwright.cli;

import quantwright.ir.diag.DiagnosticCode;

/** What can be wrong with a command line. */
enum CliDiagnostic implements DiagnosticCode {
    /** Unknown, missing or malformed options. */
    USAGE("QW-U0101", "the command line is not valid", "qw --help lists the commands, qw COMMAND --help the options"),
    /** An option that contradicts another. */
    CONFLICT("QW-U0102", "options contradict each other", "leave one of them out"),
    /** No profile was named and none fits this host. */
    NO_HOST_PROFILE("QW-U0103", "no shipped profile's code runs on this host", "name a profile with --profile"),
    /** A result file that cannot be written. */
    NOT_WRITABLE("QW-U0104", "a file cannot be written", "check the path, its permissions and the space left"),
    /** An artifact without a program for an NPU. */
    NOT_FOR_AN_NPU("QW-U0105", "only what was compiled for an NPU can be simulated",
            "compile with a profile whose machine is an NPU; qw bench measures on this host");

    private final Entry entry;

    CliDiagnostic(String id, String summary, String hint) {
        entry = Entry.error(id, summary, hint);
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
