package quantwright.compiler.importer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import quantwright.ir.diag.FileFault;

/** The bytes of a file as one read-only native segment: copied when small, memory-mapped when large. */
public final class FileImage {
    /** Files up to this size are copied, so that a later change of the file cannot reach the compiler. */
    private static final long COPY_LIMIT = 64L << 20;

    private FileImage() {
    }

    /**
     * Loads a regular file. The segment lives as long as it is reachable; its start is 64-byte aligned.
     *
     * @param path the file
     * @return all its bytes, read-only
     * @throws FormatException if the file is absent, unreadable, or not a regular file
     */
    public static MemorySegment load(Path path) throws FormatException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (!Files.isRegularFile(path)) {
                throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "",
                    "is not a regular file");
            }
            long size = channel.size();
            if (size > COPY_LIMIT) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto()).asReadOnly();
            }
            var copy = Arena.ofAuto().allocate(Math.max(size, 1), 64).asSlice(0, size);
            ByteBuffer target = copy.asByteBuffer();
            while (target.hasRemaining()) {
                if (channel.read(target) < 0) {
                    throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "byte "
                        + target.position(),
                        "the file shrank while it was read");
                }
            }
            return copy.asReadOnly();
        } catch (IOException e) {
            throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "",
                FileFault.reason(e));
        }
    }
}
