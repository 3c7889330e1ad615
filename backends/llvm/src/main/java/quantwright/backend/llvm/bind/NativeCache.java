package quantwright.backend.llvm.bind;

import java.io.IOException;
import java.net.JarURLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import quantwright.backend.files.InstalledJars;
import quantwright.backend.llvm.LlvmUnavailable;
import quantwright.backend.llvm.LlvmUnavailable.Reason;

/**
 * The native files of the Maven artifact {@code org.bytedeco:llvm}, unpacked once per user, version and content into
 * {@code $XDG_CACHE_HOME/quantwright/llvm/<version>-<hash>} (default {@code ~/.cache}). A file appears by atomic
 * rename under a lock, so that several processes may start at once and a killed one leaves nothing half written.
 * The library is unpacked when it is first wanted, each executable likewise.
 */
public final class NativeCache {
    /** System property that names the artifact's jar, or a folder that holds its files already unpacked. */
    public static final String LOCATION_PROPERTY = "quantwright.llvm";
    /** The name under which the artifact's executables look for the library. */
    public static final String LIBRARY_NAME = "libLLVM.so.20.1";
    private static final String LIBRARY_ENTRY = "libLLVM.so";

    private final Path jar;
    private final String prefix;
    private final Path folder;

    private NativeCache(Path jar, String prefix, Path folder) {
        this.jar = jar;
        this.prefix = prefix;
        this.folder = folder;
    }

    /**
     * Finds the artifact for this host: where {@value #LOCATION_PROPERTY} points, else on the class path, else as a
     * file on the module path or beside Quantwright's own jar.
     *
     * @throws LlvmUnavailable when there is none, or the cache cannot be made
     */
    public static NativeCache locate() {
        var platform = platform();
        var prefix = "org/bytedeco/llvm/" + platform + "/";
        var location = System.getProperty(LOCATION_PROPERTY);
        if (location != null && Files.isDirectory(Path.of(location))) {
            return new NativeCache(null, prefix, Path.of(location).toAbsolutePath());
        }
        var jar = location != null ? Path.of(location) : findJar(prefix, platform);
        if (jar == null || !Files.isRegularFile(jar)) {
            throw new LlvmUnavailable(Reason.ARTIFACT_MISSING, "no native LLVM: the jar org.bytedeco:llvm:" + platform
                    + (location == null ? " is not on the class or module path" : " is not at " + location)
                    + "; set -D" + LOCATION_PROPERTY + "=JAR_OR_FOLDER", null);
        }
        return of(jar, prefix, InstalledJars.userCache().resolve("llvm"));
    }

    /**
     * The cache of one jar's files under {@code root}, in a folder named by version and content.
     *
     * @param prefix the folder in the jar that holds the files, with a slash at its end
     * @throws LlvmUnavailable when the jar cannot be read or holds no library
     */
    static NativeCache of(Path jar, String prefix, Path root) {
        try (var zip = new ZipFile(jar.toFile())) {
            ZipEntry library = zip.getEntry(prefix + LIBRARY_ENTRY);
            if (library == null) {
                throw new LlvmUnavailable(Reason.ARTIFACT_MISSING, "no " + LIBRARY_ENTRY + " in " + jar, null);
            }
            var matcher = Pattern.compile("llvm-(.+?)-linux.*").matcher(jar.getFileName().toString());
            var version = matcher.matches() ? matcher.group(1) : "unversioned";
            var hash = String.format(Locale.ROOT, "%08x%08x", library.getCrc(), library.getSize());
            return new NativeCache(jar, prefix, root.resolve(version + "-" + hash));
        } catch (IOException e) {
            throw new LlvmUnavailable(Reason.ARTIFACT_MISSING, "unreadable jar " + jar + ": " + e.getMessage(), e);
        }
    }

    /** The folder that holds the unpacked files. */
    public Path folder() {
        return folder;
    }

    /** The shared library, unpacked if it is not yet there. */
    public Path library() {
        return file(LIBRARY_ENTRY, LIBRARY_NAME, false);
    }

    /** An executable of the artifact, such as {@code lld} or {@code llvm-mca}, with the library beside it. */
    public Path executable(String name) {
        library();
        return file(name, name, true);
    }

    private Path file(String entry, String name, boolean executable) {
        var file = folder.resolve(name);
        if (Files.isRegularFile(file)) {
            return file;
        }
        if (jar == null) {
            var plain = folder.resolve(entry);
            if (Files.isRegularFile(plain)) {
                return plain;
            }
            throw new LlvmUnavailable(Reason.ARTIFACT_MISSING, "no " + entry + " in " + folder, null);
        }
        try {
            Files.createDirectories(folder);
            try (var channel = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE)) {
                // A lock is held by the process, not by the thread: threads of this JVM take turns here.
                synchronized (NativeCache.class) {
                    try (var lock = channel.lock()) {
                        if (lock.isValid() && !Files.isRegularFile(file)) {
                            unpack(entry, file, executable);
                        }
                    }
                }
            }
            return file;
        } catch (IOException e) {
            throw new LlvmUnavailable(Reason.CACHE_FAILED, "cannot unpack " + entry + " of " + jar + " into " + folder
                    + ": " + e.getMessage() + "; set XDG_CACHE_HOME to a folder that can be written", e);
        }
    }

    private void unpack(String entryName, Path file, boolean executable) throws IOException {
        var partial = folder.resolve(file.getFileName() + ".partial");
        try (var zip = new ZipFile(jar.toFile())) {
            var entry = zip.getEntry(prefix + entryName);
            if (entry == null) {
                throw new IOException("the jar has no " + entryName);
            }
            var crc = new CRC32();
            long size = 0;
            try (var in = zip.getInputStream(entry); var out = Files.newOutputStream(partial)) {
                var buffer = new byte[1 << 18];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    crc.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                    size += n;
                }
            }
            if (size != entry.getSize() || crc.getValue() != entry.getCrc()) {
                throw new IOException(entryName + " is damaged in the jar");
            }
        }
        Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString(executable ? "rwx------" : "rw-------"));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String platform() {
        var system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        var processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (system.equals("linux") && (processor.equals("amd64") || processor.equals("x86_64"))) {
            return "linux-x86_64";
        }
        if (system.equals("linux") && processor.equals("aarch64")) {
            return "linux-arm64";
        }
        throw new LlvmUnavailable(Reason.UNSUPPORTED_PLATFORM,
                "native code is generated on Linux hosts only, this one is " + system + " " + processor, null);
    }

    private static Path findJar(String prefix, String platform) {
        // By file name first: to look for a resource opens every jar on the path.
        var found = InstalledJars.find(Pattern.compile("llvm-.+-" + Pattern.quote(platform) + "\\.jar"),
                NativeCache.class);
        if (found.isPresent()) {
            return found.get();
        }
        var url = NativeCache.class.getClassLoader().getResource(prefix + LIBRARY_ENTRY);
        try {
            return url != null && url.openConnection() instanceof JarURLConnection connection
                    ? Path.of(connection.getJarFileURL().toURI()) : null;
        } catch (IOException | java.net.URISyntaxException e) {
            throw new LlvmUnavailable(Reason.ARTIFACT_MISSING, "unreadable native LLVM artifact at " + url, e);
        }
    }
}
