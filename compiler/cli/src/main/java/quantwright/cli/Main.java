package quantwright.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/** Entry point of the {@code qw} command. */
public final class Main {
    private Main() {
    }

    /** Runs a command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /**
     * Runs a command.
     *
     * @param out takes results
     * @param err takes diagnostics and progress
     * @return 0; 1 after an error of the user's, or when a check does not hold; 2 after a bug of ours
     */
    public static int run(PrintStream out, PrintStream err, String... arguments) {
        PrintWriter diagnostics = new PrintWriter(err, true, StandardCharsets.UTF_8);
        CommandLine command = new CommandLine(new Qw());
        command.setOut(new PrintWriter(out, false, StandardCharsets.UTF_8));
        command.setErr(diagnostics);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setParameterExceptionHandler(Failures::usage);
        command.setExecutionExceptionHandler(Failures::execution);
        try {
            return command.execute(arguments);
        } catch (StackOverflowError | AssertionError e) {
            return Failures.bug(diagnostics, e, List.of(arguments), null);
        } catch (OutOfMemoryError e) {
            diagnostics.println("qw: error: out of memory; give Java more with JAVA_TOOL_OPTIONS=-Xmx8g");
            return Verb.FAILED;
        } finally {
            command.getOut().flush();
        }
    }
}
