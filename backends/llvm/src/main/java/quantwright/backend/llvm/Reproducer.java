package quantwright.backend.llvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Saves what LLVM refused: the IR text under a header of comments that states target, passes and message.
 *
 * @param folder where the files go; each is named by its content
 */
record Reproducer(Path folder) {

    /** Saves and returns the file, or null when the folder cannot be written: the first error matters more. */
    Path save(String text, CodeTarget target, CodeOptions options, String message) {
        var header = new StringBuilder();
        header.append("; triple ").append(target.triple()).append('\n');
        header.append("; cpu ").append(target.cpu()).append(" tune ").append(target.tuneCpu()).append('\n');
        header.append("; features ").append(target.features()).append('\n');
        header.append("; passes '").append(options.passes()).append("' level ").append(options.codegenLevel())
                .append('\n');
        message.strip().lines().forEach(l -> header.append("; ").append(l).append('\n'));
        var bytes = (header + text).getBytes(StandardCharsets.UTF_8);
        try {
            var file = folder.resolve("quantwright-llvm-" + hash(bytes) + ".ll");
            Files.createDirectories(folder);
            Files.write(file, bytes);
            return file;
        } catch (IOException e) {
            return null;
        }
    }

    private static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
