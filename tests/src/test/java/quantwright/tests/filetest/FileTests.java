package quantwright.tests.filetest;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs every {@code .qir} and {@code .qhw} file under {@code src/test/resources/filetests}; see the package for their form. */
class FileTests {
    /** Whether expectations are rewritten instead of compared. */
    static final boolean BLESS = Boolean.getBoolean("quantwright.bless");

    /** The module's folder. */
    static Path module() {
        return Path.of(System.getProperty("basedir", ""));
    }

    /** All test files, sorted. */
    static List<Path> files() throws IOException {
        try (Stream<Path> tree = Files.walk(module().resolve("src/test/resources/filetests"))) {
            return tree.filter(p -> p.toString().endsWith(".qir") || p.toString().endsWith(".qhw")).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicNode> filetests() throws IOException {
        Path root = module().resolve("src/test/resources/filetests");
        return files().stream().map(f -> file(f, root.relativize(f).toString().replace('\\', '/')));
    }

    private static DynamicNode file(Path file, String name) {
        if (BLESS) {
            return DynamicTest.dynamicTest(name, file.toUri(), () -> bless(file, name));
        }
        List<FileCase> cases;
        try {
            cases = FileCase.split(Files.readString(file));
        } catch (IOException e) {
            return DynamicTest.dynamicTest(name, () -> fail(e));
        }
        return DynamicContainer.dynamicContainer(name, file.toUri(), cases.stream().map(c -> DynamicTest.dynamicTest(
                name + ":" + c.firstLine(), () -> {
                    List<String> failures = CaseRunner.failures(c, CaseRunner.run(c, name));
                    assertTrue(failures.isEmpty(), () -> "\n" + name + ":" + c.firstLine() + "\n" + String.join("\n",
                            failures));
                })));
    }

    private static void bless(Path file, String name) throws IOException {
        List<FileCase> blessed = new ArrayList<>();
        for (FileCase test : FileCase.split(Files.readString(file))) {
            blessed.add(CaseRunner.bless(test, CaseRunner.run(test, name)));
        }
        Files.writeString(file, FileCase.join(blessed));
    }
}
