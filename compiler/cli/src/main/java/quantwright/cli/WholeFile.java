package quantwright.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** Writes a result file or folder whole or not at all, also when the command is interrupted. */
final class WholeFile {
    /** Writes the content to a file beside the target. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path partial) throws IOException;
    }

    private WholeFile() {
    }

    private static void delete(Path partial) throws IOException {
        if (Files.exists(partial)) {
            try (Stream<Path> tree = Files.walk(partial)) {
                for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * Writes a file, with the folders it lies in.
     *
     * @throws UserErrorException if it cannot be written
     */
    static void write(Path file, Content content) {
        Path target = file.toAbsolutePath();
        Path partial = target.resolveSibling("." + target.getFileName() + ".writing-" + ProcessHandle.current().pid());
        partial.toFile().deleteOnExit();
        try {
            Files.createDirectories(target.getParent());
            try {
                content.writeTo(partial);
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                delete(partial);
            }
        } catch (IOException e) {
            throw new UserErrorException(CliDiagnostic.NOT_WRITABLE, Location.file(file), FileFault.reason(e));
        }
    }
}
