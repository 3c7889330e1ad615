package quantwright.backend.files;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds jars with native files, and the folder where such files are unpacked once per user. */
public final class InstalledJars {
    private InstalledJars() {
    }

    /**
     * The first jar whose file name matches, of those on the module and class paths, in folders named there, and beside
     * the jar of {@code owner}. No jar is opened.
     */
    public static Optional<Path> find(Pattern fileName, Class<?> owner) {
        return searchPath(owner).stream()
                .filter(file -> fileName.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file))
                .findFirst();
    }

    /** {@code $XDG_CACHE_HOME/quantwright}, by default {@code ~/.cache/quantwright}; it need not exist. */
    public static Path userCache() {
        String root = System.getenv("XDG_CACHE_HOME");
        Path base = root != null && Path.of(root).isAbsolute() ? Path.of(root)
                : Path.of(System.getProperty("user.home"), ".cache").toAbsolutePath();
        return base.resolve("quantwright");
    }

    private static List<Path> searchPath(Class<?> owner) {
        List<Path> found = new ArrayList<>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String element : System.getProperty(property, "").split(File.pathSeparator)) {
                if (!element.isEmpty()) {
                    addFile(Path.of(element), found);
                }
            }
        }
        var source = owner.getProtectionDomain().getCodeSource();
        if (source != null && "file".equals(source.getLocation().getProtocol())) {
            addFile(Path.of(URI.create(source.getLocation().toString())).getParent(), found);
        }
        return found;
    }

    private static void addFile(Path element, List<Path> found) {
        if (!Files.isDirectory(element)) {
            found.add(element);
            return;
        }
        try (var files = Files.newDirectoryStream(element, "*.jar")) {
            List<Path> sorted = new ArrayList<>();
            files.forEach(sorted::add);
            sorted.stream().sorted().forEach(found::add);
        } catch (IOException e) {
            // A folder on the path that cannot be listed holds nothing we could load either.
            return;
        }
    }
}
