package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
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

/** The page on Java classes: its commands run, and its Java compiles against the jar they write, and runs. */
class JvmPageTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final String SEPARATOR = System.getProperty("path.separator");
    @TempDir
    private Path folder;

    @Test
    void commandsAndCodeRun() throws IOException, InterruptedException {
        for (String name : List.of("glyphs.onnx", "glyphs-calibration.npz", "glyphs-test.npz")) {
            try (InputStream in = Main.class.getResourceAsStream(name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        Page page = Page.read("jvm.md");
        int commands = 0;
        for (Page.Block block : page.blocks("console")) {
            for (String line : block.lines()) {
                String printed = run(command(line));
                assertTrue(!line.contains("--compare") || printed.contains(": 0 differing bytes"), printed);
                commands++;
            }
        }
        assertEquals(5, commands);
        Page.Block code = page.blocks("java").getFirst();
        Files.writeString(folder.resolve("Classify.java"), code.text());
        assertTrue(run(List.of(java(), "-cp", folder.resolve("glyphs.jar").toString(), "Classify.java"))
                .matches("class \\d+\n"));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The command as a process: {@code qw} is this build's. */
    private static List<String> command(String line) {
        List<String> words = new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path") + SEPARATOR + System.getProperty("jdk.module.path", ""),
                Main.class.getName()));
        Matcher word = WORD.matcher(line);
        assertTrue(word.find() && word.group().equals("qw"), line);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command.getLast() + ": " + printed);
        return printed;
    }
}
