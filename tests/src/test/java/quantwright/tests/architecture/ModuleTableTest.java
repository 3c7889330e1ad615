package quantwright.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who may require whom: the module descriptors against the one table of the design. */
class ModuleTableTest {
    private static final Pattern MODULE = Pattern.compile("\\bmodule ([\\w.]+) \\{");
    private static final Pattern REQUIRES = Pattern.compile("\\brequires (?:transitive |static )*([\\w.]+);");
    private static final Pattern PROVIDES = Pattern.compile("\\bprovides ([\\w.]+)\\s+with\\s+([^;]+);");

    /** What each module may require, java.* and jdk.* apart. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("quantwright.ir", Set.of("org.antlr.antlr4.runtime")),
            Map.entry("quantwright.profiles", Set.of("quantwright.ir", "org.antlr.antlr4.runtime",
                    "com.fasterxml.jackson.databind")),
            Map.entry("quantwright.backend", Set.of("quantwright.ir", "quantwright.profiles",
                    "com.fasterxml.jackson.core", "com.fasterxml.jackson.databind")),
            Map.entry("quantwright.backend.llvm", Set.of("quantwright.backend")),
            Map.entry("quantwright.backend.avx", Set.of("quantwright.backend.llvm")),
            Map.entry("quantwright.backend.arm", Set.of("quantwright.backend.llvm")),
            Map.entry("quantwright.backend.npu", Set.of("quantwright.backend", "quantwright.npu.isa")),
            Map.entry("quantwright.backend.jvm", Set.of("quantwright.backend", "org.objectweb.asm",
                    "org.objectweb.asm.commons")),
            Map.entry("quantwright.npu.isa", Set.of()),
            Map.entry("quantwright.simulator", Set.of("quantwright.ir", "quantwright.profiles", "quantwright.npu.isa",
                    "com.fasterxml.jackson.core", "com.fasterxml.jackson.databind")));

    @Test
    void modulesRequireWhatTheTableAllows() {
        Map<String, Set<String>> excess = new TreeMap<>();
        descriptors().forEach((module, text) -> {
            Set<String> allowed = ALLOWED.get(module);
            if (allowed != null) {
                Set<String> requires = new TreeSet<>();
                REQUIRES.matcher(text).results().map(r -> r.group(1)).filter(r -> !r.startsWith("java."))
                        .filter(r -> !r.startsWith("jdk.")).forEach(requires::add);
                requires.removeAll(allowed);
                if (!requires.isEmpty()) {
                    excess.put(module, requires);
                }
            }
        });
        assertEquals(Map.of(), excess);
    }

    /** Only the compiler's driver, the command and the tests know more than one backend. */
    @Test
    void everyModuleIsInTheTable() {
        Set<String> others = new TreeSet<>(descriptors().keySet());
        others.removeAll(ALLOWED.keySet());
        assertEquals(Set.of("quantwright.compiler", "quantwright.cli"), others);
    }

    /** A provider that the class path does not name is silently not there. */
    @Test
    void servicesFilesSayWhatDescriptorsSay() {
        int providers = 0;
        for (Path file : SourceTree.production()) {
            if (file.getFileName().toString().equals("module-info.java")) {
                Matcher m = PROVIDES.matcher(String.join("\n", SourceTree.lines(file)));
                while (m.find()) {
                    Path services = file.getParent().resolveSibling("resources/META-INF/services/" + m.group(1));
                    Set<String> declared = Set.of(m.group(2).strip().split("\\s*,\\s*"));
                    assertEquals(declared, Set.copyOf(SourceTree.lines(services).stream().filter(l -> !l.isBlank())
                            .toList()), SourceTree.name(services));
                    providers++;
                }
            }
        }
        assertTrue(providers > 0, "no module provides anything");
    }

    private static Map<String, String> descriptors() {
        Map<String, String> texts = new TreeMap<>();
        List<Path> files = SourceTree.production().stream()
                .filter(p -> p.getFileName().toString().equals("module-info.java")).toList();
        for (Path file : files) {
            String text = String.join("\n", SourceTree.lines(file));
            Matcher m = MODULE.matcher(text);
            assertTrue(m.find(), SourceTree.name(file));
            texts.put(m.group(1), text);
        }
        return texts;
    }
}
