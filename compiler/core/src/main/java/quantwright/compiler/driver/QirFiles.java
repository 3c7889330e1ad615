package quantwright.compiler.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.Graph;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.PrintOptions;
import quantwright.ir.text.QirParser;
import quantwright.ir.text.QirPrinter;

/** Graphs as {@code .qir} files, large constants beside them in {@code .qdata} files. */
public final class QirFiles {
    private QirFiles() {
    }

    /**
     * The files of a graph by name: {@code base.qir}, and {@code base.qdata} if it has large constants.
     *
     * @throws UserErrorException if there is no room for temporary files
     */
    public static Map<String, byte[]> contents(Graph graph, String base) {
        try {
            Path folder = Files.createTempDirectory("quantwright-qir");
            // Also when the process is ended meanwhile; files are deleted in reverse order of registration.
            folder.toFile().deleteOnExit();
            Path text = folder.resolve(base + ".qir");
            Path side = folder.resolve(base + ".qdata");
            text.toFile().deleteOnExit();
            side.toFile().deleteOnExit();
            try {
                new QirPrinter(PrintOptions.WITH_SIDE_FILE).write(graph, text);
                Map<String, byte[]> files = new TreeMap<>();
                for (Path file : java.util.List.of(text, side)) {
                    if (Files.exists(file)) {
                        files.put(file.getFileName().toString(), Files.readAllBytes(file));
                    }
                }
                return files;
            } finally {
                Files.deleteIfExists(text);
                Files.deleteIfExists(side);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.UNKNOWN, FileFault.reason(e));
        }
    }

    /** The text of a graph for people: large constants by hash only. */
    public static String dump(Graph graph) {
        return QirPrinter.dump(graph);
    }

    /**
     * Writes a graph with its constants; each file whole or not at all.
     *
     * @throws UserErrorException if the files cannot be written
     */
    public static void write(Graph graph, Path file) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            new QirPrinter(PrintOptions.WITH_SIDE_FILE).write(graph, file);
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(file), FileFault.reason(e));
        }
    }

    /**
     * Reads a graph, its side file mapped.
     *
     * @throws UserErrorException with everything that is wrong
     */
    public static Graph read(Path file) {
        return new QirParser(OpRegistry.builtin()).read(file);
    }
}
