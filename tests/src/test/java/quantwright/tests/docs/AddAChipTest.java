package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;

/** {@code docs/add-a-chip.md}, followed as written. */
class AddAChipTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Pattern FILE = Pattern.compile("[\\w-]+\\.(?:qhw|onnx|npz)|vectors|my-npu");
    private static final int LONGEST_PROFILE = 200;
    @TempDir
    private Path folder;

    private int run(String command) {
        List<String> arguments = new ArrayList<>();
        Matcher words = WORD.matcher(command);
        while (words.find()) {
            String word = words.group(1) == null ? words.group(2) : words.group(1);
            arguments.add(FILE.matcher(word).matches() ? folder.resolve(word).toString() : word);
        }
        assertEquals("qw", arguments.removeFirst());
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
        assertEquals(0, status, command + "\n" + err.toString(StandardCharsets.UTF_8));
        return status;
    }

    @Test
    void thePageAddsAChip() throws IOException {
        for (String name : List.of("glyphs.onnx", "glyphs-calibration.npz", "glyphs-test.npz")) {
            try (InputStream in = Main.class.getResourceAsStream(name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        Page page = Page.read("add-a-chip.md");
        Page.Block profile = page.blocks("qhw my-npu.qhw").getFirst();
        assertTrue(profile.lines().size() < LONGEST_PROFILE);
        List<Page.Block> commands = page.blocks("sh");
        assertEquals(2, commands.size());
        commands.getFirst().lines().forEach(this::run);
        assertTrue(Files.readString(folder.resolve("my-npu.qhw")).contains("# fill: rows"));
        Files.writeString(folder.resolve("my-npu.qhw"), profile.text());
        commands.getLast().lines().forEach(this::run);
        assertTrue(Files.exists(folder.resolve("vectors").resolve("conv3x3-i8xi4-tail").resolve("sums.npy")));
        Path second = Files.writeString(folder.resolve("acme.qhw"), page.blocks("qhw acme.qhw").getFirst().text());
        run("qw profile check " + second);
    }
}
