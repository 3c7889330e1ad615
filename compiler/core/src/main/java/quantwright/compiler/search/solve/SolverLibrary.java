package quantwright.compiler.search.solve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import quantwright.backend.files.InstalledJars;

/**
 * The native files of the Maven artifact {@code com.google.ortools:ortools-<platform>}, unpacked once per user, version and
 * content into {@code $XDG_CACHE_HOME/quantwright/ortools/<version>-<hash>} and loaded from there. The folder appears by
 * atomic rename, so that several processes may start at once and a killed one leaves nothing half written.
 */
final class SolverLibrary {
    /** System property that names the artifact's jar. */
    static final String LOCATION_PROPERTY = "quantwright.solver";
    private static final String LIBRARY = "libjniortools.so";
    private static boolean loaded;

    private SolverLibrary() {
    }

    /**
     * Loads the library unless it is loaded.
     *
     * @throws SolverUnavailable when there is none for this host, or it cannot be unpacked
     */
    @SuppressWarnings("restricted")
    static synchronized void load() {
        if (loaded) {
            return;
        }
        String platform = platform();
        String location = System.getProperty(LOCATION_PROPERTY);
        Optional<Path> jar = location != null ? Optional.of(Path.of(location))
                : InstalledJars.find(Pattern.compile(Pattern.quote(platform) + "-.+\\.jar"), SolverLibrary.class);
        if (jar.isEmpty() || !Files.isRegularFile(jar.get())) {
            throw new SolverUnavailable("no native solver: the jar com.google.ortools:" + platform + (location == null
                    ? " is not on the class or module path" : " is not at " + location) + "; set -D" + LOCATION_PROPERTY
                    + "=JAR", null);
        }
        try {
            System.load(unpacked(jar.get(), platform + "/", InstalledJars.userCache().resolve("ortools"))
                    .resolve(LIBRARY).toString());
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new SolverUnavailable("the native solver cannot be loaded: " + e.getMessage(), e);
        }
        loaded = true;
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String known = switch (processor) {
            case "amd64", "x86_64" -> "x86-64";
            case "aarch64" -> "aarch64";
            default -> "";
        };
        if (!system.equals("linux") || known.isEmpty()) {
            throw new SolverUnavailable("there is no native solver for " + system + " " + processor, null);
        }
        return "ortools-linux-" + known;
    }

    /** The folder with a jar's files, unpacked if they are not there. */
    static Path unpacked(Path jar, String prefix, Path root) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = zip.stream().filter(e -> e.getName().startsWith(prefix)
                    && !e.isDirectory()).sorted(Comparator.comparing(ZipEntry::getName)).toList();
            if (zip.getEntry(prefix + LIBRARY) == null) {
                throw new IOException("no " + LIBRARY + " in " + jar);
            }
            long hash = 1;
            for (ZipEntry e : entries) {
                hash = 31 * (31 * hash + e.getName().hashCode()) + e.getCrc();
            }
            String name = jar.getFileName().toString();
            Path folder = root.resolve(name.substring(0, name.length() - ".jar".length()) + String.format(Locale.ROOT,
                    "-%016x", hash));
            if (Files.isDirectory(folder)) {
                return folder;
            }
            Files.createDirectories(root);
            Path partial = Files.createTempDirectory(root, ".partial");
            try {
                for (ZipEntry e : entries) {
                    try (var in = zip.getInputStream(e)) {
                        Files.copy(in, partial.resolve(e.getName().substring(prefix.length())));
                    }
                }
                Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                delete(partial);
                // Another process may have been first.
                if (!Files.isDirectory(folder)) {
                    throw e;
                }
            }
            return folder;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
