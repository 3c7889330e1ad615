package quantwright.backend.llvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import quantwright.backend.llvm.CpuFeature.Architecture;

/**
 * What the processor of this host can execute, as Linux reports it. It decides whether code may run here, never what
 * code is generated.
 *
 * @param architecture the host's, or null when it is none code is generated for
 * @param features     its extensions
 */
public record HostFeatures(Architecture architecture, Set<CpuFeature> features) {

    /** Copies the set. */
    public HostFeatures {
        features = Set.copyOf(features);
    }

    /** Reads {@code /proc/cpuinfo}; a host without it has no known features. */
    public static HostFeatures detect() {
        var architecture = switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Architecture.X86_64;
            case "aarch64" -> Architecture.AARCH64;
            default -> null;
        };
        try {
            return parse(architecture, Files.readString(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return new HostFeatures(architecture, Set.of());
        }
    }

    /** The features that every processor in a {@code /proc/cpuinfo} text has: threads may run on any of them. */
    static HostFeatures parse(Architecture architecture, String cpuinfo) {
        var common = EnumSet.noneOf(CpuFeature.class);
        for (var f : CpuFeature.values()) {
            if (f.architecture() == architecture) {
                common.add(f);
            }
        }
        var lines = cpuinfo.lines().filter(l -> l.startsWith("flags") || l.startsWith("Features")).toList();
        for (var line : lines) {
            var names = Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+"));
            common.removeIf(f -> !names.contains(f.hostName()));
        }
        return new HostFeatures(architecture, lines.isEmpty() ? Set.of() : common);
    }

    /**
     * Why code for a target cannot run here, or nothing if it can.
     *
     * @param required the target's architecture
     * @param mask     what {@code NAME_required_features()} returned
     */
    public Optional<String> refusal(Architecture required, int mask) {
        if (required != architecture) {
            return Optional.of("this code is for " + required + ", the host is "
                    + (architecture == null ? System.getProperty("os.arch") : architecture.toString()));
        }
        var missing = EnumSet.noneOf(CpuFeature.class);
        missing.addAll(CpuFeature.fromMask(required, mask));
        missing.removeAll(features);
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("this host's processor lacks "
                + missing.stream().map(CpuFeature::llvmName).collect(Collectors.joining(", ")));
    }

    /** Whether code for a target can run here. */
    public boolean supports(CodeTarget target) {
        return refusal(target.architecture(), target.requiredFeatures()).isEmpty();
    }
}
