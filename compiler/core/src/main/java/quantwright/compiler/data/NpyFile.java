package quantwright.compiler.data;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Collectors;
import quantwright.compiler.importer.FileImage;
import quantwright.compiler.importer.FormatException;

/**
 * NumPy's {@code .npy} format, versions 1.0 to 3.0, numeric little-endian arrays in C order (NEP 1,
 * {@code numpy.lib.format}).
 */
public final class NpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** NumPy itself refuses headers above 10,000 characters. */
    private static final int MAX_HEADER = 1 << 16;

    private NpyFile() {
    }

    /**
     * Reads a file; the array's bytes are those of the file image, not copied again.
     *
     * @param path the file
     * @return the array
     * @throws FormatException if the file is not a complete numeric {@code .npy}
     */
    public static NumericArray read(Path path) throws FormatException {
        return parse(FileImage.load(path), path.toString(), "");
    }

    /**
     * Reads an array from memory.
     *
     * @param image the bytes of one {@code .npy}, nothing after them
     * @param file the file's name, for errors
     * @param member the archive member's name, for errors; empty for a plain file
     * @return the array, a slice of {@code image}
     * @throws FormatException if the bytes are not a complete numeric {@code .npy}
     */
    public static NumericArray parse(MemorySegment image, String file, String member) throws FormatException {
        var header = header(image, file, member);
        long actual = image.byteSize() - header.dataOffset();
        if (actual != header.dataBytes()) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, member, "shape "
                + Arrays.toString(header.shape()) + " of "
                + header.type().descr() + " takes " + header.dataBytes() + " bytes, " + actual + " are there",
                actual < header.dataBytes() ? "the file is truncated" : "the file has bytes after the array");
        }
        return new NumericArray(header.type(), header.shape(),
            image.asSlice(header.dataOffset(), header.dataBytes()).asReadOnly());
    }

    /** What the header says; {@code dataBytes} is checked against overflow. */
    record Header(NumericType type, long[] shape, long dataOffset, long dataBytes) {
    }

    static Header header(MemorySegment image, String file, String member) throws FormatException {
        if (image.byteSize() < 10) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, member, "too short for a .npy header: "
                + image.byteSize() + " bytes");
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (image.get(ValueLayout.JAVA_BYTE, i) != MAGIC[i]) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, member,
                    "does not begin as a .npy file does",
                    "save it with numpy.save");
            }
        }
        int major = image.get(ValueLayout.JAVA_BYTE, 6);
        if (major < 1 || major > 3) {
            throw new FormatException(DataDiagnostic.UNSUPPORTED_VERSION, file, member,
                ".npy format version " + major + " is not known, 1 to 3 are");
        }
        int lengthBytes = major == 1 ? 2 : 4;
        long length = 0;
        for (int i = 0; i < lengthBytes && 8 + i < image.byteSize(); i++) {
            length |= (long) Byte.toUnsignedInt(image.get(ValueLayout.JAVA_BYTE, 8 + i)) << (8 * i);
        }
        long start = 8 + lengthBytes;
        if (length > MAX_HEADER || start + length > image.byteSize()) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, member, "header of " + length
                + " bytes does not fit the file");
        }
        var text = new String(image.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        var fields = new NpyHeaderParser(text, file, member).parse();
        return new Header(fields.type(), fields.shape(), start + length, fields.bytes());
    }

    /**
     * Writes an array as version 1.0, its data aligned to 64 bytes as NumPy does.
     *
     * @param path the file to create or replace
     * @param array the array
     * @throws IOException if it cannot be written
     */
    public static void write(Path path, NumericArray array) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, MemorySegment.ofArray(headerBytes(array.type(), array.shape())));
            writeFully(channel, array.data());
        }
    }

    static byte[] headerBytes(NumericType type, long[] shape) {
        var extents = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        var dict = "{'descr': '" + type.descr() + "', 'fortran_order': False, 'shape': (" + extents
            + (shape.length == 1 ? ",)" : ")") + ", }";
        int length = dict.length() + 1;
        int padded = (10 + length + 63) / 64 * 64 - 10;
        var bytes = new byte[10 + padded];
        Arrays.fill(bytes, (byte) ' ');
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        bytes[6] = 1;
        bytes[7] = 0;
        bytes[8] = (byte) padded;
        bytes[9] = (byte) (padded >> 8);
        byte[] body = dict.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(body, 0, bytes, 10, body.length);
        bytes[bytes.length - 1] = '\n';
        return bytes;
    }

    private static void writeFully(FileChannel channel, MemorySegment bytes) throws IOException {
        long done = 0;
        while (done < bytes.byteSize()) {
            var chunk = bytes.asSlice(done, Math.min(bytes.byteSize() - done, 1 << 26)).asByteBuffer();
            while (chunk.hasRemaining()) {
                done += channel.write(chunk);
            }
        }
    }
}
