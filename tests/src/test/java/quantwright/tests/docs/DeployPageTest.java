package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;

/** The page on deployment as written: its shell blocks run in order in one folder, its programs are the tested ones. */
class DeployPageTest {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("quantwright.distribution", "absent"));

    @TempDir
    private Path folder;

    @Test
    void theProgramsAreTheTestedOnes() throws IOException {
        Page page = Page.read("deploy.md");
        List<Page.Block> programs = page.blocks("c").stream().filter(b -> b.above().startsWith("<!-- source")).toList();
        List<String> tested = List.of("classify.c", "threads.c");
        assertEquals(tested.size(), programs.size());
        for (int i = 0; i < tested.size(); i++) {
            assertEquals(Files.readString(Page.root().resolve("tests/src/test/resources/deploy").resolve(tested.get(i))),
                    programs.get(i).text());
        }
    }

    @Test
    void theCommandsRun() throws IOException, InterruptedException {
        assumeTrue(Files.isDirectory(DISTRIBUTION.resolve("lib")), () -> "SKIPPED, not packaged yet: " + DISTRIBUTION);
        for (String tool : List.of("aarch64-linux-gnu-gcc", "qemu-aarch64-static", "cmake")) {
            assumeTrue(shell("command -v " + tool).isEmpty(), "SKIPPED: no " + tool);
        }
        for (String file : List.of("glyphs.onnx", "glyphs-calibration.npz")) {
            try (InputStream in = Main.class.getResourceAsStream(file)) {
                Files.copy(in, folder.resolve(file));
            }
        }
        for (Page.Block block : Page.read("deploy.md").blocks("sh")) {
            assertEquals("", shell("set -e\n" + block.text()), block.text());
        }
        for (String file : List.of("glyphs.o", "glyphs.h", "libglyphs.a", "libglyphs.so", "CMakeLists.txt", "main.c")) {
            assertTrue(Files.exists(folder.resolve("board").resolve(file)), file);
        }
        assertTrue(Files.exists(folder.resolve("build/glyphs_example")), "CMake built nothing");
        assertEquals(20 * Float.BYTES, Files.size(folder.resolve("scores.raw")));
    }

    /** Errors of a script, or an empty text if it succeeds. */
    private String shell(String script) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(folder.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().merge("PATH", DISTRIBUTION.toAbsolutePath().toString(), (old, own) -> own + ":" + old);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), "hangs: " + script);
        return process.exitValue() == 0 ? "" : "exit status " + process.exitValue() + ": "
                + Files.readString(output, StandardCharsets.UTF_8);
    }
}
