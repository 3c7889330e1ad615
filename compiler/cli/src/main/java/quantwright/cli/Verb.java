package quantwright.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.Severity;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;

/** What all verbs share: help, JSON, plug-ins, warnings. */
abstract class Verb implements Callable<Integer> {
    /** Exit status of success. */
    static final int OK = 0;
    /** Exit status of a user's error, and of a check that does not hold. */
    static final int FAILED = 1;

    @Spec
    private CommandSpec spec;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;
    @Option(names = "--plugin-path", split = ":", paramLabel = "JARS",
            description = "Modular jars with further backends, or folders of them.")
    private List<Path> plugins = new ArrayList<>();

    private final DiagnosticSink sink = new DiagnosticSink();
    private int shown;
    private PhaseLog log = new PhaseLog(Optional.empty());

    /** Does the work; gives the exit status. */
    abstract int execute(Bars bars) throws FormatException;

    @Override
    public final Integer call() throws FormatException {
        int status;
        try (Bars bars = new Bars(err())) {
            status = execute(bars);
        } finally {
            showWarnings();
        }
        return status;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    boolean json() {
        return json;
    }

    /** Prints a line of the result for people. */
    void say(String format, Object... arguments) {
        if (!json) {
            out().println(String.format(java.util.Locale.ROOT, format, arguments));
            out().flush();
        }
    }

    /** Prints the result as JSON if that was asked for. */
    void result(Object value) {
        if (json) {
            out().println(Json.of(value));
            out().flush();
        }
    }

    DiagnosticSink sink() {
        return sink;
    }

    PhaseLog log() {
        return log;
    }

    void setLog(PhaseLog phaseLog) {
        log = phaseLog;
    }

    /** Prints warnings that were reported since the last time. */
    final void showWarnings() {
        List<Diagnostic> all = sink.all();
        for (; shown < all.size(); shown++) {
            // Errors come with the exception that carries them.
            if (all.get(shown).code().severity() != Severity.ERROR) {
                err().println(Failures.render(all.get(shown)));
            }
        }
        err().flush();
    }

    /** The driver with what is installed. */
    Quantwright driver() {
        return Quantwright.discover(plugins).observedBy(log);
    }

    /** The named profile, or the one that makes the most of this host. */
    static HardwareProfile profile(Quantwright driver, String name) {
        if (name != null) {
            return driver.profiles().find(name);
        }
        return driver.hostProfile().orElseThrow(() -> new UserErrorException(CliDiagnostic.NO_HOST_PROFILE,
                Location.UNKNOWN, "profiles: " + String.join(", ", driver.profiles().ids())));
    }

    static UserErrorException conflict(String message) {
        return new UserErrorException(CliDiagnostic.CONFLICT, Location.UNKNOWN, message);
    }
}
