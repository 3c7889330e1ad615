package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on the search as written, and a search that is interrupted. */
class SearchPageTest {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("quantwright.distribution", "absent"));
    private static final String REFUSED = "<!-- refused: ";

    private static final String SMALL = "--samples 32 --loss-samples 8 --precisions w8a8,w4a8 --budget 'size<=24KiB'";

    @TempDir
    private Path folder;

    private void prepare() throws IOException {
        assumeTrue(Files.isDirectory(DISTRIBUTION.resolve("lib")), () -> "SKIPPED, not packaged yet: " + DISTRIBUTION);
        for (String file : List.of("glyphs.onnx", "glyphs-calibration.npz", "glyphs-test.npz")) {
            try (var in = quantwright.cli.Main.class.getResourceAsStream(file)) {
                Files.copy(in, folder.resolve(file));
            }
        }
    }

    @Test
    void theCommandsRunAndAFileOfCostsGivesTheSamePlans() throws IOException, InterruptedException {
        prepare();
        Page page = Page.read("search.md");
        List<Page.Block> blocks = page.blocks("sh");
        for (Page.Block block : blocks) {
            Outcome outcome = shell(block.text());
            assertEquals(0, outcome.status, () -> block.text() + outcome.text);
        }
        for (String file : List.of("found/best.plan", "found/front.svg", "artifact/manifest.json", "host.json",
                "across/matrix.json")) {
            assertTrue(Files.exists(folder.resolve(file)), file);
        }
        Page.Block refused = page.blocks("").stream().filter(b -> b.above().startsWith(REFUSED)).findFirst().orElseThrow();
        String budget = refused.above().substring(REFUSED.length()).replace(" -->", "");
        Outcome outcome = shell(search("refused", "--precisions w8a8,w4a8,float --loss-samples 16"
                + " --sensitivity found/sensitivity.json --budget '" + budget + "'"));
        assertEquals(1, outcome.status);
        assertTrue(outcome.text.contains(refused.text().strip()), outcome.text);
    }

    @Test
    void anInterruptedSearchResumesToTheSameBytes() throws IOException, InterruptedException {
        prepare();
        String measure = "qw profile measure glyphs.onnx --profile x86-avx2 --calibrate glyphs-calibration.npz --samples 32"
                + " --preprocess '{\"layout\": \"CHW\", \"divide\": 255}' --precisions w8a8,w4a8 --rounds 5 -o host.json";
        assertEquals(0, shell(measure).status);
        assertEquals(0, shell(search("whole", SMALL)).status);
        Process process = start("exec " + search("broken", SMALL));
        Path results = folder.resolve("broken/sensitivity.json");
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (process.isAlive() && System.nanoTime() < end && lines(results) < 12) {
            Thread.sleep(5);
        }
        assertTrue(process.isAlive(), "ended before it could be interrupted");
        // A virtual machine ends alike on SIGINT, which what runs in the background ignores, and on SIGTERM.
        process.destroy();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "goes on after an interrupt");
        assertTrue(process.exitValue() != 0 && !Files.exists(folder.resolve("broken/best.plan")));
        List<String> kept = Files.readAllLines(results);
        assertTrue(kept.size() < lines(folder.resolve("whole/sensitivity.json")), "nothing was left to measure");
        assertEquals(0, shell(search("broken", SMALL)).status);
        for (String file : List.of("sensitivity.json", "losses.json", "best.plan", "front.svg", "front.json",
                "front-01.plan")) {
            assertEquals(-1, Files.mismatch(folder.resolve("whole").resolve(file), folder.resolve("broken").resolve(file)),
                    file);
        }
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private static String search(String output, String more) {
        return "qw search glyphs.onnx --profile x86-avx2 --calibrate glyphs-calibration.npz --preprocess"
                + " '{\"layout\": \"CHW\", \"divide\": 255}' --costs host.json --verify 0 -o " + output + " " + more;
    }

    /** What a script did. */
    private record Outcome(int status, String text) {
    }

    private Outcome shell(String script) throws IOException, InterruptedException {
        Process process = start("set -e\n" + script);
        assertTrue(process.waitFor(8, TimeUnit.MINUTES), "hangs: " + script);
        return new Outcome(process.exitValue(), Files.readString(folder.resolve("output.txt")));
    }

    private Process start(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile());
        builder.environment().merge("PATH", DISTRIBUTION.toAbsolutePath().toString(), (old, own) -> own + ":" + old);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }
}
