package quantwright.backend.jvm.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the processor of this host can execute, as Linux reports it. */
public final class HostProcessor {
    /** Names in {@code /proc/cpuinfo} that differ from an artifact's by more than where underscores stand. */
    private static final Map<String, String> FLAGS = Map.of("sse3", "pni", "sse4.1", "sse41", "sse4.2", "sse42", "bmi",
            "bmi1", "lzcnt", "abm", "neon", "asimd", "dotprod", "asimddp", "fullfp16", "asimdhp");

    private HostProcessor() {
    }

    /**
     * Refuses a host whose processor lacks what native code needs.
     *
     * @param library file name of the code
     * @param features the extensions it uses, as its artifact names them, joined by commas
     * @throws UnsupportedOperationException naming what is missing
     */
    public static void require(String library, String features) {
        List<String> missing;
        try {
            missing = missing(Files.readString(Path.of("/proc/cpuinfo")), features);
        } catch (IOException e) {
            throw new UnsupportedOperationException(library + " needs " + features
                    + ", and this host does not tell what its processor has", e);
        }
        if (!missing.isEmpty()) {
            throw new UnsupportedOperationException(library + " needs a processor with " + String.join(", ", missing)
                    + ", which this host's lacks");
        }
    }

    /** The features that some processor of a {@code /proc/cpuinfo} text lacks: threads may run on any of them. */
    public static List<String> missing(String cpuinfo, String features) {
        List<Set<String>> processors = cpuinfo.lines().filter(l -> l.startsWith("flags") || l.startsWith("Features"))
                .map(l -> plain(l.substring(l.indexOf(':') + 1))).toList();
        return List.of(features.split(",")).stream().filter(f -> !f.isEmpty())
                .filter(f -> processors.isEmpty()
                        || !processors.stream().allMatch(p -> p.contains(FLAGS.getOrDefault(f, f))))
                .toList();
    }

    private static Set<String> plain(String flags) {
        Set<String> all = new HashSet<>();
        for (String flag : flags.strip().split("\\s+")) {
            all.add(flag.replace("_", ""));
        }
        return all;
    }
}
