package quantwright.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * The ONNX operator tests against lists of what is expected of each: {@code pass}, or {@code unsupported} with a code
 * and a reason. A case that passes against expectation fails the test too, so that the lists stay true. Run with
 * {@code -Dquantwright.bless=true} to write the lists anew.
 */
class NodeVectorsTest {
    private static final Path DEBIAN = Path.of(System.getProperty("quantwright.onnx.testdata",
            "/usr/share/libonnx-testdata/data"));

    /** Vectors that are wrong, and why. */
    private static final Map<String, String> WRONG = Map.of("node/test_resize_downsample_scales_linear_align_corners",
            "takes the resized length unrounded; ONNX Runtime and the operator since set 19 round it down");

    @Test
    void vectorsOfRecentOperatorSets() throws Exception {
        Path zip = ModelCatalogue.requireFile("data/conformance/onnx-node-vectors.zip");
        try (var files = FileSystems.newFileSystem(zip)) {
            check(files.getPath("/"), "node-vectors.txt", 184);
        }
    }

    @Test
    void vectorsOfTheDebianPackage() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(DEBIAN), () -> "SKIPPED: " + DEBIAN
                + " is absent; install the Debian package libonnx-testdata");
        check(DEBIAN, "libonnx-testdata.txt", 932);
    }

    private static void check(Path root, String list, int least) throws Exception {
        Map<String, String> outcomes = new TreeMap<>();
        for (Path folder : NodeVectors.cases(root)) {
            String name = root.relativize(folder).toString().replace('\\', '/');
            if (WRONG.containsKey(name)) {
                continue;
            }
            outcomes.put(name, NodeVectors.outcome(folder).replace('\n', ' '));
        }
        assertTrue(outcomes.size() >= least, () -> "only " + outcomes.size() + " cases");
        if (Boolean.getBoolean("quantwright.bless")) {
            write(list, outcomes);
            return;
        }
        Map<String, String> expected = read(list);
        List<String> surprises = new ArrayList<>();
        outcomes.forEach((name, outcome) -> {
            String wanted = expected.getOrDefault(name, "nothing");
            if (!summary(outcome).equals(summary(wanted)) || outcome.startsWith("differs")) {
                surprises.add(name + ": " + outcome + "; expected " + wanted);
            }
        });
        expected.keySet().stream().filter(n -> !outcomes.containsKey(n)).forEach(n -> surprises.add(n + ": is absent"));
        long passed = outcomes.values().stream().filter(o -> o.startsWith("pass")).count();
        System.out.println(list + ": " + passed + " of " + outcomes.size() + " cases pass");
        assertEquals(List.of(), surprises);
    }

    /** What must agree: the whole of a pass, kind and code of a refusal. */
    private static String summary(String outcome) {
        String[] words = outcome.split(" ");
        return outcome.startsWith("unsupported") ? words[0] + " " + words[1] : outcome;
    }

    private static Map<String, String> read(String list) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        try (var in = NodeVectorsTest.class.getResourceAsStream(list)) {
            String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).forEach(line -> {
                int at = line.indexOf(": ");
                expected.put(line.substring(0, at), line.substring(at + 2));
            });
        }
        return expected;
    }

    private static void write(String list, Map<String, String> outcomes) throws IOException {
        Path file = Path.of("src/test/resources/quantwright/tests/onnx").resolve(list);
        StringBuilder text = new StringBuilder("# Expected outcome of each case; see NodeVectorsTest.\n");
        outcomes.forEach((name, outcome) -> text.append(name).append(": ").append(outcome).append('\n'));
        Files.writeString(file, text);
    }
}
