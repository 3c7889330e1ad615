package quantwright.ir.text;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import quantwright.ir.data.ConstantData;

/** The large constants of one text, by content hash in order of first use, and how they are stored. */
final class Resources {
    /** First bytes of a side file. */
    static final String MAGIC = "qdata 1\n";
    /** Each blob of a side file starts at a multiple of this many bytes, the first after the magic. */
    static final int ALIGNMENT = 64;

    /** Writes a file's content. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    private final Map<String, MemorySegment> blobs = new LinkedHashMap<>();

    /** Adds a constant's bytes unless they are known. */
    void add(ConstantData data) {
        blobs.putIfAbsent(data.hash(), data.bytes());
    }

    /** Appends the section with the bytes in base64. */
    void printInText(StringBuilder out) {
        if (blobs.isEmpty()) {
            return;
        }
        long size = blobs.values().stream().mapToLong(b -> b.byteSize() * 4 / 3 + 80).sum();
        out.ensureCapacity((int) Math.min(Integer.MAX_VALUE - 16, out.length() + size));
        out.append("\nresources {\n");
        blobs.forEach((hash, bytes) -> {
            byte[] encoded = Base64.getEncoder().encode(bytes.toArray(ValueLayout.JAVA_BYTE));
            out.append("  #").append(hash).append(" \"")
                    .append(new String(encoded, StandardCharsets.ISO_8859_1)).append("\"\n");
        });
        out.append("}\n");
    }

    /** Writes the bytes into {@code side} and appends the section that points there; nothing if there are none. */
    void writeSideFile(Path side, StringBuilder out) throws IOException {
        if (blobs.isEmpty()) {
            return;
        }
        out.append("\nresources ").append(Literals.quote(side.getFileName().toString())).append(" {\n");
        long at = ALIGNMENT;
        for (Map.Entry<String, MemorySegment> blob : blobs.entrySet()) {
            out.append("  #").append(blob.getKey()).append(" at ").append(at).append(" size ")
                    .append(blob.getValue().byteSize()).append('\n');
            at = align(at + blob.getValue().byteSize());
        }
        out.append("}\n");
        writeAtomically(side, channel -> {
            writeAll(channel, ByteBuffer.wrap(MAGIC.getBytes(StandardCharsets.US_ASCII)));
            for (MemorySegment bytes : blobs.values()) {
                channel.position(align(channel.position()));
                for (long done = 0; done < bytes.byteSize(); done += 1 << 28) {
                    writeAll(channel, bytes.asSlice(done, Math.min(1 << 28, bytes.byteSize() - done)).asByteBuffer());
                }
            }
        });
    }

    static long align(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Writes a temporary file beside {@code file} and renames it, so that readers never see a part. */
    static void writeAtomically(Path file, Content content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + "."
                + Thread.currentThread().threadId() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
                content.writeTo(channel);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
