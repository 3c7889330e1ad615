package quantwright.compiler.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this host is called in tables that were measured on it, for people. */
final class HostName {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String KEY = "model name";

    private HostName() {
    }

    /** The processor's own name where the system tells it, else its architecture. */
    static String text() {
        String architecture = System.getProperty("os.arch");
        try {
            return Files.readAllLines(PROCESSORS).stream().filter(l -> l.startsWith(KEY)).findFirst()
                    .map(l -> l.substring(l.indexOf(':') + 1).strip()).filter(n -> !n.isEmpty()).orElse(architecture);
        } catch (IOException e) {
            return architecture;
        }
    }
}
