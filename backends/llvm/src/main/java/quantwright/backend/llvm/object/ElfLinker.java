package quantwright.backend.llvm.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import quantwright.backend.llvm.CodeGenerationException;
import quantwright.backend.llvm.CodeGenerationException.Stage;

/** Links objects with LLD as a child process. No library is linked in and no symbol may stay undefined. */
public final class ElfLinker {
    private static final long TIMEOUT_SECONDS = 60;
    private static final List<String> SHARED = List.of("-shared", "--no-undefined", "-Bsymbolic", "-z", "text",
            "-z", "noexecstack", "-z", "now", "--hash-style=sysv", "--build-id=none", "--gc-sections", "--threads=1",
            "--no-dynamic-linker", "--strip-debug");

    private final Path lld;

    /** A linker that runs this LLD. */
    public ElfLinker(Path lld) {
        this.lld = lld;
    }

    /**
     * Links a shared object: symbols of default visibility are exported, and no segment is both written and executed.
     * Unreferenced sections are dropped.
     *
     * @param soname the name the object calls itself
     * @throws CodeGenerationException when a symbol is undefined or defined twice
     */
    public byte[] shared(List<ObjectCode> objects, String soname) {
        var arguments = new ArrayList<>(SHARED);
        arguments.add("-soname=" + soname);
        return link(arguments, objects);
    }

    /** Joins objects into one relocatable object, so that an artifact ships a single {@code .o}. */
    public ObjectCode relocatable(List<ObjectCode> objects) {
        if (objects.size() == 1) {
            return objects.getFirst();
        }
        return new ObjectCode(link(List.of("-r", "--build-id=none", "--threads=1"), objects));
    }

    private byte[] link(List<String> arguments, List<ObjectCode> objects) {
        try {
            var folder = Files.createTempDirectory("quantwright-link");
            try {
                return link(arguments, objects, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot link: " + e.getMessage(), e);
        }
    }

    private byte[] link(List<String> arguments, List<ObjectCode> objects, Path folder) throws IOException {
        // File names end up in the output, so they do not depend on anything but the order.
        var command = new ArrayList<>(List.of(lld.toString(), "-flavor", "gnu"));
        command.addAll(arguments);
        command.addAll(List.of("-o", "linked"));
        for (int i = 0; i < objects.size(); i++) {
            var name = i + ".o";
            Files.write(folder.resolve(name), objects.get(i).bytes());
            command.add(name);
        }
        run(command, folder);
        return Files.readAllBytes(folder.resolve("linked"));
    }

    private static void run(List<String> command, Path folder) throws IOException {
        var messages = folder.resolve("messages");
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(messages.toFile()).start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new CodeGenerationException(Stage.LINK, "the linker hangs", null);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while linking", e);
        }
        if (process.exitValue() != 0) {
            var text = Files.readString(messages, StandardCharsets.UTF_8);
            throw new CodeGenerationException(Stage.LINK, text.strip(), null);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var f : files) {
                Files.delete(f);
            }
        }
        Files.delete(folder);
    }
}
