package quantwright.compiler.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.CancellationException;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.driver.QirFiles;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.ir.Graph;
import quantwright.ir.data.Sha256;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** Cost and loss tables as JSON files, and the hashes that name them. */
public final class Tables {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private Tables() {
    }

    /** A table's text; the same table gives the same bytes. */
    public static String text(Record table) {
        try {
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
            printer.indentObjectsWith(new DefaultIndenter(" ", "\n"));
            printer.indentArraysWith(new DefaultIndenter(" ", "\n"));
            return MAPPER.writer(printer).writeValueAsString(table) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SHA-256 of a table's text. */
    public static String hash(Record table) {
        return hash(text(table).getBytes(StandardCharsets.UTF_8));
    }

    static String hash(byte[]... parts) {
        return Sha256.hex(parts);
    }

    /** SHA-256 of a graph with its constants. */
    public static String hash(Graph graph) {
        Map<String, byte[]> files = QirFiles.contents(graph, "model");
        return hash(files.values().toArray(byte[][]::new));
    }

    /** SHA-256 of what the quantizer knows of activations. */
    public static String hash(CalibrationStatistics statistics) {
        StringBuilder text = new StringBuilder().append(statistics.samples());
        statistics.histograms().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(e -> {
            text.append('\n').append(e.getKey()).append(' ').append(e.getValue().min()).append(' ')
                    .append(e.getValue().max());
            e.getValue().forEach((centre, count) -> text.append(' ').append(centre).append(':').append(count));
        });
        return hash(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a file whole or not at all.
     *
     * @throws UserErrorException if it cannot be written
     * @throws CancellationException if the thread is interrupted; an old file is left as it is
     */
    public static void write(Path file, String text) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path partial = folder.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
            try {
                Files.writeString(partial, text);
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (ClosedByInterruptException e) {
            throw new CancellationException("cancelled while writing " + file);
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(file), FileFault.reason(e));
        }
    }

    /**
     * Makes sure, before anything is measured for it, that a file can be written. Nothing is made.
     *
     * @throws UserErrorException if the file could not be written
     */
    public static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        while (!Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder) || Files.isDirectory(file)) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(file), Files.isDirectory(file)
                    ? "is a folder" : folder + " is no folder that can be written to");
        }
    }

    /**
     * Reads a table.
     *
     * @throws UserErrorException if the file is damaged or of another version
     */
    public static <T extends Record> T read(Path file, Class<T> type, int format) {
        try {
            JsonNode tree = MAPPER.readTree(Files.readString(file));
            if (!tree.isObject() || tree.path("format").asInt(-1) != format) {
                throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file), "format "
                        + tree.path("format").asText("missing") + ", this version reads " + format);
            }
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file), e.getOriginalMessage());
        } catch (IOException e) {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(file), FileFault.reason(e));
        }
    }
}
