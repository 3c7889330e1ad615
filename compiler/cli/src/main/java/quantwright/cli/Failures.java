package quantwright.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import quantwright.compiler.driver.QirFiles;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.Graph;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** Turns exceptions into what the user reads and the exit status. */
final class Failures {
    private static final int USER = 1;
    private static final int BUG = 2;
    private static final int INTERRUPTED = 130;

    private Failures() {
    }

    /** A diagnostic as one block of lines. */
    static String render(Diagnostic diagnostic) {
        String text = diagnostic.render();
        String unknown = Location.UNKNOWN.toString();
        return diagnostic.location() instanceof Location.Unknown ? "qw" + text.substring(unknown.length()) : text;
    }

    /** A command line that cannot be understood. */
    static int usage(ParameterException e, String[] arguments) {
        List<String> notes = e instanceof UnmatchedArgumentException u && !u.getSuggestions().isEmpty()
                ? List.of("did you mean '" + u.getSuggestions().getFirst() + "'?") : List.of();
        PrintWriter err = e.getCommandLine().getErr();
        String message = e.getMessage().lines().findFirst().orElse("");
        err.println(render(new Diagnostic(CliDiagnostic.USAGE, Location.UNKNOWN, message, notes)));
        err.flush();
        return USER;
    }

    /** A command that failed. */
    static int execution(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        int status = switch (e) {
            case UserErrorException user -> show(err, user);
            case FormatException format -> show(err, format.toUserError());
            case CancellationException cancelled -> {
                err.println("qw: " + cancelled.getMessage());
                yield INTERRUPTED;
            }
            default -> bug(err, e, parsed.originalArgs(), command.getCommand() instanceof Verb v ? v.log().last()
                    : null);
        };
        err.flush();
        return status;
    }

    private static int show(PrintWriter err, UserErrorException e) {
        List<Diagnostic> all = e.diagnostics();
        for (int i = 0; i < all.size(); i++) {
            String text = render(all.get(i));
            boolean repeated = i + 1 < all.size() && all.get(i + 1).code() == all.get(i).code();
            // The same hint once, below the last of a row.
            err.println(repeated && !all.get(i).code().hint().isEmpty() ? text.substring(0, text.lastIndexOf('\n'))
                    : text);
        }
        return USER;
    }

    /** Reports a bug of ours: the stack trace, and a folder with what is needed to see it again. */
    static int bug(PrintWriter err, Throwable e, List<String> arguments, Graph graph) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        err.print(trace);
        err.println("qw: error: this is a bug in Quantwright, not in your input");
        String report = "qw " + String.join(" ", arguments) + "\n\nversion " + Version.text() + ", Java "
                + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                + "\n\n"
                + trace;
        try {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"), "quantwright-bug-" + hash(report));
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.txt"), report);
            if (graph != null) {
                QirFiles.write(graph, folder.resolve("graph.qir"));
            }
            err.println("  reproducer: " + folder);
        } catch (IOException | RuntimeException another) {
            err.println("  no reproducer could be written: " + another);
        }
        err.println("  hint: please report it with these files");
        return BUG;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, 6));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
