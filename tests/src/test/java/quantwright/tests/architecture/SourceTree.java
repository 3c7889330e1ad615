package quantwright.tests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The production sources of the checkout the tests run in. */
final class SourceTree {
    private static final List<String> MODULES = List.of("ir", "hardware-profiles", "backends", "simulator", "compiler");

    private SourceTree() {
    }

    /** Top folder of the checkout. */
    static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("qw"))) {
            at = at.getParent();
        }
        return at;
    }

    /** Hand-written Java files that ship, sorted. */
    static List<Path> production() {
        return MODULES.stream().flatMap(m -> files(root().resolve(m))).filter(p -> p.toString().endsWith(".java"))
                .filter(p -> p.toString().contains("/src/main/java/")).sorted().toList();
    }

    /** Files below a folder, builds left out. */
    private static Stream<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).filter(p -> !p.toString().contains("/target/")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Path of a file from the top folder. */
    static String name(Path file) {
        return root().relativize(file).toString();
    }

    /** Lines of a file. */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
