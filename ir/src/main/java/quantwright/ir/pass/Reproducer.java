package quantwright.ir.pass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;
import quantwright.ir.text.QirPrinter;

/**
 * A failure of a pass in one {@code .qir} file: the graph just before the pass, and in comments above it the pass with
 * its options and the settings it ran under.
 *
 * @param pipeline the passes to run on the graph
 * @param whole the whole pipeline that the failing pass was part of
 * @param verifyEach whether the graph is verified after each pass
 * @param graph the graph before the failing pass
 */
public record Reproducer(String pipeline, String whole, boolean verifyEach, Graph graph) {
    private static final String MAGIC = "// quantwright reproducer 1";
    private static final String PIPELINE = "// pipeline: ";
    private static final String WHOLE = "// within: ";
    private static final String VERIFY = "// verify-each: ";

    /** The file's text. */
    public String text() {
        return MAGIC + "\n" + PIPELINE + pipeline + "\n" + WHOLE + whole + "\n" + VERIFY + verifyEach + "\n"
                + QirPrinter.print(graph);
    }

    /** Writes a text under a name made from its hash; gives the path, or why it could not be written. */
    static String write(String text, Path folder) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)).substring(0, 12);
            Path file = (folder == null ? Path.of("") : folder).resolve("quantwright-repro-" + hash + ".qir")
                    .toAbsolutePath();
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
            return file.toString();
        } catch (IOException e) {
            return "not written: " + e;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a reproducer.
     *
     * @throws UserErrorException if it is none
     */
    public static Reproducer read(Path file, OpRegistry ops) {
        List<String> lines;
        try (var reader = Files.newBufferedReader(file)) {
            lines = reader.lines().limit(4).toList();
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (UncheckedIOException e) {
            throw unreadable(file, e.getCause());
        }
        if (lines.size() < 4 || !lines.get(0).equals(MAGIC) || !lines.get(1).startsWith(PIPELINE)
                || !lines.get(2).startsWith(WHOLE) || !lines.get(3).startsWith(VERIFY)) {
            throw new UserErrorException(IrDiagnostic.BAD_REPRODUCER, Location.file(file),
                    "the file does not start with '" + MAGIC + "' and its settings");
        }
        Graph graph = new QirParser(ops).read(file);
        return new Reproducer(lines.get(1).substring(PIPELINE.length()), lines.get(2).substring(WHOLE.length()),
                lines.get(3).substring(VERIFY.length()).equals("true"), graph);
    }

    private static UserErrorException unreadable(Path file, IOException e) {
        return new UserErrorException(IrDiagnostic.UNREADABLE, Location.file(file), FileFault.reason(e));
    }

    /**
     * Runs the failing pass again under the recorded settings; gives the resulting graph if it does not fail any more.
     *
     * @throws quantwright.ir.diag.InternalCompilerError if it still fails
     * @throws UserErrorException if the passes are not registered or report errors
     */
    public Graph run(PassRegistry passes, PassManager.Options options) {
        DiagnosticSink sink = new DiagnosticSink();
        List<PassStep> steps = passes.parse(pipeline, Location.UNKNOWN, sink);
        sink.throwIfErrors();
        Graph copy = GraphCopy.of(graph);
        new PassManager(new PassManager.Options(verifyEach, options.printing(), options.sink(), options.reproducers()))
                .run(copy, steps, whole, sink);
        sink.throwIfErrors();
        return copy;
    }
}
