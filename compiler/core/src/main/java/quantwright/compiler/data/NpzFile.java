package quantwright.compiler.data;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.FileFault;

/** NumPy's {@code .npz}: a zip of {@code .npy} members, stored or deflated. */
public final class NpzFile {
    /** A member may inflate to this much whatever its compressed size. */
    private static final long FREE_INFLATION = 64L << 20;
    /** Beyond {@link #FREE_INFLATION}, a member may inflate to this many times its compressed size. */
    private static final long MAX_RATIO = 64;
    /** Deflate cannot do better than this. */
    private static final long DEFLATE_RATIO = 1032;
    private static final int MAX_MEMBERS = 1024;

    private NpzFile() {
    }

    /**
     * Reads every array of an archive, in the archive's order, by name without {@code .npy}. Memory taken is at most
     * 64 MiB or 64 times the file's size per member, whichever is more.
     *
     * @param path the archive
     * @return the arrays
     * @throws FormatException if the archive or a member is damaged, or a member inflates suspiciously
     */
    public static Map<String, NumericArray> read(Path path) throws FormatException {
        var file = path.toString();
        if (!Files.exists(path)) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, file, "", "no such file");
        }
        try (var zip = new ZipFile(path.toFile())) {
            if (zip.size() > MAX_MEMBERS) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "has " + zip.size()
                    + " members, more than " + MAX_MEMBERS);
            }
            var arrays = new LinkedHashMap<String, NumericArray>();
            for (var entries = zip.entries(); entries.hasMoreElements();) {
                var entry = entries.nextElement();
                var name = entry.getName();
                if (!name.endsWith(".npy")) {
                    throw new FormatException(DataDiagnostic.UNSUPPORTED_FORM, file, "member " + name,
                        "is not a .npy array",
                        "save with numpy.savez");
                }
                var array = NpyFile.parse(inflate(zip, entry, file), file, "member " + name);
                arrays.put(name.substring(0, name.length() - 4), array);
            }
            return arrays;
        } catch (ZipException e) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "is not a readable .npz archive: "
                + e.getMessage());
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, file, "", FileFault.reason(e));
        } catch (IllegalArgumentException e) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, "", "has a member name that is not UTF-8");
        }
    }

    private static MemorySegment inflate(ZipFile zip, ZipEntry entry, String file) throws FormatException {
        var place = "member " + entry.getName();
        long size = entry.getSize();
        long packed = entry.getCompressedSize();
        if (size < 0 || packed < 0) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place, "does not state its size");
        }
        if (size > DEFLATE_RATIO * packed) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place,
                "claims " + size + " bytes out of " + packed + ", which no compression gives");
        }
        if (size > FREE_INFLATION && size / MAX_RATIO > packed) {
            throw new FormatException(DataDiagnostic.UNSUPPORTED_FORM, file, place,
                "claims " + size + " bytes out of " + packed + " compressed ones",
                "if the data is real, save it uncompressed with numpy.savez");
        }
        var image = Arena.ofAuto().allocate(Math.max(size, 1), 64).asSlice(0, size);
        try (var in = zip.getInputStream(entry)) {
            var crc = new CRC32();
            long done = copy(in, image, crc);
            if (done != size) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place, "holds " + done + " bytes where "
                    + size + " are stated");
            }
            if (in.read() >= 0) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place, "holds more than the " + size
                    + " bytes it states");
            }
            if (entry.getCrc() != -1 && entry.getCrc() != crc.getValue()) {
                throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place,
                    "is damaged: its checksum does not match");
            }
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.CORRUPT_FILE, file, place, "is damaged: " + e.getMessage());
        }
        return image;
    }

    private static long copy(InputStream in, MemorySegment image, CRC32 crc) throws IOException {
        var chunk = new byte[1 << 16];
        long done = 0;
        while (done < image.byteSize()) {
            int n = in.read(chunk, 0, (int) Math.min(chunk.length, image.byteSize() - done));
            if (n < 0) {
                break;
            }
            crc.update(chunk, 0, n);
            MemorySegment.copy(MemorySegment.ofArray(chunk), 0, image, done, n);
            done += n;
        }
        return done;
    }
}
