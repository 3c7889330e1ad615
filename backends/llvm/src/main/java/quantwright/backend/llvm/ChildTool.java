package quantwright.backend.llvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An executable of the LLVM artifact, run on files in a folder of its own that is gone afterwards. */
public final class ChildTool {
    private static final long TIMEOUT_SECONDS = 60;

    private ChildTool() {
    }

    /**
     * What a run gave.
     *
     * @param status   exit status, 0 for success
     * @param messages standard output and standard error
     * @param output   content of the output file, empty if none was asked for or written
     */
    public record Result(int status, String messages, byte[] output) {
    }

    /**
     * Runs a tool to its end.
     *
     * @param arguments file names among them are relative to the run's folder
     * @param inputs    contents by file name
     * @param output    name of the file to read back, or null
     */
    public static Result run(Path tool, List<String> arguments, Map<String, byte[]> inputs, String output) {
        try {
            var folder = Files.createTempDirectory("quantwright-tool");
            try {
                for (var file : inputs.entrySet()) {
                    Files.write(folder.resolve(file.getKey()), file.getValue());
                }
                return run(tool, arguments, folder, output);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + tool.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private static Result run(Path tool, List<String> arguments, Path folder, String output) throws IOException {
        var command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(arguments);
        var messages = folder.resolve("messages");
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(messages.toFile()).start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("it hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        var result = output == null ? null : folder.resolve(output);
        return new Result(process.exitValue(), Files.readString(messages, StandardCharsets.UTF_8),
                result != null && Files.exists(result) ? Files.readAllBytes(result) : new byte[0]);
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
