package quantwright.compiler.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import quantwright.compiler.importer.FormatException;

/** The IDX format of the MNIST files: big-endian, plain or gzipped. */
public final class IdxFile {
    /** A gzipped file may inflate to this much whatever its size. */
    private static final long FREE_INFLATION = 64L << 20;
    /** Beyond {@link #FREE_INFLATION}, it may inflate to this many times its size. */
    private static final long MAX_RATIO = 64;
    /** Deflate cannot do better than this. */
    private static final long DEFLATE_RATIO = 1032;
    private static final int MAX_RANK = 8;

    private IdxFile() {
    }

    /**
     * Reads an array; elements are turned to little-endian.
     *
     * @param path the file, gzipped or not
     * @return the array
     * @throws FormatException if the file is not a complete IDX array, or inflates suspiciously
     */
    public static NumericArray read(Path path) throws FormatException {
        var file = path.toString();
        try (var raw = new BufferedInputStream(Files.newInputStream(path))) {
            long size = Files.size(path);
            long limit = Math.min(Math.max(FREE_INFLATION, size * MAX_RATIO), size * DEFLATE_RATIO);
            return read(plain(raw), file, limit);
        } catch (NoSuchFileException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, file, "", "no such file");
        } catch (EOFException e) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "the file is truncated");
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "cannot be read: " + e.getMessage());
        }
    }

    /**
     * Whether a file begins as an IDX array does, after gzip's own header if there is one.
     *
     * @param path the file
     * @return false also when it cannot be read
     */
    public static boolean isIdx(Path path) {
        try (var raw = new BufferedInputStream(Files.newInputStream(path))) {
            var head = plain(raw).readNBytes(4);
            return head.length == 4 && head[0] == 0 && head[1] == 0 && type(head[2]).isPresent() && head[3] > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static InputStream plain(BufferedInputStream raw) throws IOException {
        raw.mark(2);
        boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return zipped ? new GZIPInputStream(raw, 1 << 16) : raw;
    }

    private static Optional<NumericType> type(int code) {
        return switch (code) {
            case 0x08 -> Optional.of(NumericType.U8);
            case 0x09 -> Optional.of(NumericType.I8);
            case 0x0b -> Optional.of(NumericType.I16);
            case 0x0c -> Optional.of(NumericType.I32);
            case 0x0d -> Optional.of(NumericType.F32);
            case 0x0e -> Optional.of(NumericType.F64);
            default -> Optional.empty();
        };
    }

    private static NumericArray read(InputStream in, String file, long limit) throws IOException, FormatException {
        var head = exactly(in, 4);
        var type = type(head[2]);
        if (head[0] != 0 || head[1] != 0 || type.isEmpty() || head[3] < 1 || head[3] > MAX_RANK) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "byte 0",
                "does not begin as an IDX file does");
        }
        var shape = new long[head[3]];
        long bytes = type.get().bytes();
        for (int i = 0; i < shape.length; i++) {
            var extent = exactly(in, 4);
            for (byte b : extent) {
                shape[i] = shape[i] << 8 | Byte.toUnsignedInt(b);
            }
            if (shape[i] != 0 && bytes > limit / shape[i]) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "byte " + (4 + 4 * i),
                    "claims extents " + Arrays.toString(Arrays.copyOf(shape, i + 1)) + ", more than the file can hold");
            }
            bytes *= shape[i];
        }
        var data = Arena.ofAuto().allocate(Math.max(bytes, 1), 64).asSlice(0, bytes);
        fill(in, data, type.get().bytes(), file);
        if (in.read() >= 0) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "has bytes after the array");
        }
        return new NumericArray(type.get(), shape, data.asReadOnly());
    }

    private static void fill(InputStream in, MemorySegment data, int width, String file)
        throws IOException, FormatException {
        long done = 0;
        while (done < data.byteSize()) {
            // 64 KiB is a multiple of every element's width.
            var chunk = in.readNBytes((int) Math.min(1 << 16, data.byteSize() - done));
            if (chunk.length == 0 || chunk.length % width != 0) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "element byte " + (done + chunk.length),
                    "the file is truncated: " + data.byteSize() + " bytes of elements are stated");
            }
            for (int i = 0; i < chunk.length; i += width) {
                for (int a = i, b = i + width - 1; a < b; a++, b--) {
                    byte swap = chunk[a];
                    chunk[a] = chunk[b];
                    chunk[b] = swap;
                }
            }
            MemorySegment.copy(MemorySegment.ofArray(chunk), 0, data, done, chunk.length);
            done += chunk.length;
        }
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        var bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }
}
