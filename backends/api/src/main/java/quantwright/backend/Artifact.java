package quantwright.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.data.Sha256;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * An artifact folder: {@code manifest.json}, {@code model.qir} with its data, and the backend's files. Written whole
 * or not
 * at all; every file's hash is in the manifest and is checked when the file is opened.
 */
public record Artifact(Path folder, Manifest manifest) {
    /** Name of the file with the graph that the artifact computes. */
    public static final String GRAPH_FILE = "model.qir";
    /** Name of the file with the graph's large constants, if it has any. */
    public static final String DATA_FILE = "model.qdata";
    private static final String MANIFEST = "manifest.json";

    private static ObjectMapper mapper() {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);
    }

    /**
     * Writes an artifact into {@code folder}, replacing an artifact that is there.
     *
     * @throws UserErrorException if the folder holds something else or cannot be written
     */
    public static Artifact write(Path folder, Manifest manifest, Map<String, byte[]> files) {
        requireReplaceable(folder);
        Path target = folder.toAbsolutePath().normalize();
        String owner = "-" + ProcessHandle.current().pid();
        Path staging = target.resolveSibling("." + target.getFileName() + ".writing" + owner);
        Path previous = target.resolveSibling("." + target.getFileName() + ".previous" + owner);
        // Ctrl-C ends the process without finally blocks: the hook leaves the old artifact or the new one, whole.
        Thread cleanup = new Thread(() -> restore(target, staging, previous), "artifact-cleanup");
        Runtime.getRuntime().addShutdownHook(cleanup);
        try {
            Files.createDirectories(target.getParent());
            deleteTree(staging);
            Files.createDirectory(staging);
            Map<String, String> hashes = new TreeMap<>();
            for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                Files.write(staging.resolve(file.getKey()), file.getValue());
                hashes.put(file.getKey(), Sha256.hex(file.getValue()));
            }
            Manifest complete = manifest.withFiles(hashes);
            Files.writeString(staging.resolve(MANIFEST), mapper().writeValueAsString(complete) + "\n");
            if (Files.exists(target)) {
                Files.move(target, previous, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            return new Artifact(folder, complete);
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.NOT_WRITABLE, Location.file(folder), FileFault.reason(e));
        } finally {
            restore(target, staging, previous);
            try {
                Runtime.getRuntime().removeShutdownHook(cleanup);
            } catch (IllegalStateException e) {
                // The process is ending and the hook does the same once more.
                restore(target, staging, previous);
            }
        }
    }

    /**
     * Checks that an artifact may be written into {@code folder}: before work is done that would be lost.
     *
     * @throws UserErrorException if something else is there
     */
    public static void requireReplaceable(Path folder) {
        Path target = folder.toAbsolutePath().normalize();
        try {
            if (target.getFileName() == null || Files.exists(target) && !isReplaceable(target)) {
                throw new UserErrorException(BackendDiagnostic.NOT_WRITABLE, Location.file(folder),
                        "exists and is not an artifact folder");
            }
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.NOT_WRITABLE, Location.file(folder), FileFault.reason(e));
        }
    }

    /**
     * Removes what a write, finished or not, has left beside the artifact; the old artifact returns if there is no
     * new one.
     */
    private static void restore(Path target, Path staging, Path previous) {
        try {
            if (Files.exists(previous) && !Files.exists(target)) {
                Files.move(previous, target, StandardCopyOption.ATOMIC_MOVE);
            }
            deleteTree(previous);
            deleteTree(staging);
        } catch (IOException e) {
            // The first failure is the one to report.
            staging.toFile().deleteOnExit();
        }
    }

    private static boolean isReplaceable(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return false;
        }
        if (Files.exists(target.resolve(MANIFEST))) {
            return true;
        }
        try (var entries = Files.list(target)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Whether {@code path} looks like an artifact folder. */
    public static boolean isArtifact(Path path) {
        return Files.isRegularFile(path.resolve(MANIFEST));
    }

    /**
     * Opens an artifact folder.
     *
     * @throws UserErrorException if it is none, has another version, or its manifest is damaged
     */
    public static Artifact open(Path folder) {
        Path file = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw new UserErrorException(BackendDiagnostic.NO_ARTIFACT, Location.file(folder), "no " + MANIFEST);
        }
        try {
            JsonNode tree = mapper().readTree(Files.readString(file, StandardCharsets.UTF_8));
            int format = tree.path("format").asInt(-1);
            if (format != Manifest.FORMAT) {
                throw new UserErrorException(BackendDiagnostic.ARTIFACT_VERSION, Location.file(file),
                        "format " + format + ", this version reads " + Manifest.FORMAT);
            }
            return new Artifact(folder, mapper().treeToValue(tree, Manifest.class));
        } catch (JsonProcessingException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED,
                    new Location.InFile(file.toString(), e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                            e.getLocation() == null ? 1 : e.getLocation().getColumnNr()), e.getOriginalMessage());
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), FileFault.reason(e));
        }
    }

    /**
     * Path of one of the artifact's files, after its hash was checked.
     *
     * @throws UserErrorException if it is missing or was changed
     */
    public Path file(String name) {
        Path path = folder.resolve(name);
        String expected = manifest.files().get(name);
        try {
            if (expected == null || !expected.equals(Sha256.hex(Files.readAllBytes(path)))) {
                throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(path),
                        "the content is not what the manifest says");
            }
        } catch (IOException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(path), FileFault.reason(e));
        }
        return path;
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException failure) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
