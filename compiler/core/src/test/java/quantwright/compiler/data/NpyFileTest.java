package quantwright.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import quantwright.compiler.importer.FormatException;

class NpyFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(NumericType.class)
    void everyTypeIsReadAsItWasWritten(NumericType type) throws Exception {
        var bytes = new byte[6 * type.bytes()];
        new Random(1).nextBytes(bytes);
        var path = folder.resolve("a.npy");
        NpyFile.write(path, new NumericArray(type, new long[] {2, 3}, MemorySegment.ofArray(bytes)));
        assertEquals(0, (Files.size(path) - bytes.length) % 64);
        var read = NpyFile.read(path);
        assertEquals(type, read.type());
        assertArrayEquals(new long[] {2, 3}, read.shape());
        assertArrayEquals(bytes, read.data().toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void elementsHaveTheirValue() {
        var data = MemorySegment.ofArray(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        assertEquals(-1, NumericType.I8.floatAt(data, 0));
        assertEquals(255, NumericType.U8.floatAt(data, 3));
        assertEquals(65535, NumericType.U16.floatAt(data, 1));
        assertEquals(4294967295L, NumericType.U32.longAt(data, 1));
        assertEquals(0x1p64f, NumericType.U64.floatAt(data, 0));
        assertTrue(Float.isNaN(NumericType.F16.floatAt(data, 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }; QW-D0104; little-endian",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }; QW-D0104; Fortran",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }; QW-D0104; '|O'",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }; QW-D0104; structured",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -1), }; QW-D0102; dimension",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 3), }; QW-D0102; overflows",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }; QW-D0102; 63 bits",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }; QW-D0102; truncated",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }; QW-D0102; after the array",
        "{'descr': '<f4', 'fortran_order': False, }; QW-D0102; lacks",
        "{'descr': '<f4', 'evil': 1, 'shape': (2,), }; QW-D0102; 'evil'",
        "{'descr': '<f4; QW-D0102; quoted",
        "; QW-D0102; expected"})
    void badHeadersAreNamed(String header, String code, String words) throws Exception {
        var path = folder.resolve("bad.npy");
        Files.write(path, npy(header == null ? "" : header, new byte[8]));
        var e = assertThrows(FormatException.class, () -> NpyFile.read(path));
        assertEquals(code, e.code().id(), e.getMessage());
        assertTrue(e.getMessage().contains(words) && e.getMessage().contains("bad.npy"), e.getMessage());
        assertTrue(e.toUserError().getMessage().contains(code));
    }

    @Test
    void truncatedAndCorruptedArraysArePlainErrors() throws Exception {
        var good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new byte[8]);
        var random = new Random(3);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int round = 0; round < 20_000; round++) {
                var bytes = round < good.length ? Arrays.copyOf(good, round) : good.clone();
                for (int k = round < good.length ? 0 : random.nextInt(1, 6); k > 0; k--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                try {
                    NpyFile.parse(MemorySegment.ofArray(bytes), "x.npy", "");
                } catch (FormatException e) {
                    assertTrue(e.getMessage().startsWith("x.npy"));
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void archivesAreReadStoredAndDeflated(boolean deflated) throws Exception {
        var x = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", new byte[] {1, 2, 3, 4, 5, 6});
        var y = npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }",
            new byte[] {7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0});
        var set = DataSets.npz(npz(deflated, "x.npy", x, "y.npy", y));
        assertEquals(2, set.size());
        assertArrayEquals(new long[] {3}, set.sampleShape());
        assertEquals(9, set.label(1));
        var sample = new byte[3];
        set.read(1, 1, MemorySegment.ofArray(sample));
        assertArrayEquals(new byte[] {4, 5, 6}, sample);
    }

    @Test
    void archivesWithoutSamplesOrWithWrongLabelsAreNamed() throws Exception {
        var x = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1), }", new byte[2]);
        var empty = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 1), }", new byte[0]);
        var one = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", new byte[1]);
        assertCode("QW-D0104", npz(true, "a.npy", x));
        assertCode("QW-D0106", npz(true, "x.npy", empty));
        assertCode("QW-D0109", npz(true, "x.npy", x, "y.npy", one));
        assertCode("QW-D0104", npz(true, "x.txt", x));
    }

    @Test
    void aDeflateBombIsRefusedBeforeItInflates() throws Exception {
        // 160 MiB of zeros deflate to about 160 KiB.
        var path = folder.resolve("bomb.npz");
        try (var zip = new ZipOutputStream(Files.newOutputStream(path))) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            zip.write(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (167772160,), }", new byte[0]));
            var zeros = new byte[1 << 20];
            for (int i = 0; i < 160; i++) {
                zip.write(zeros);
            }
        }
        var e = assertThrows(FormatException.class, () -> DataSets.npz(path));
        assertTrue(e.getMessage().contains("claims") && e.getMessage().contains("x.npy"), e.getMessage());
    }

    @Test
    void damagedArchivesArePlainErrors() throws Exception {
        var x = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (256,), }", new byte[256]);
        var random = new Random(4);
        for (boolean deflated : new boolean[] {true, false}) {
            var good = Files.readAllBytes(npz(deflated, "x.npy", x));
            for (int round = 0; round < 300; round++) {
                var bytes = round % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                if (round % 3 != 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                var path = Files.write(folder.resolve("broken.npz"), bytes);
                try {
                    DataSets.npz(path);
                } catch (FormatException e) {
                    assertTrue(e.getMessage().contains("broken.npz"), e.getMessage());
                }
            }
        }
    }

    @Test
    void aChangedByteOfAStoredMemberIsNoticed() throws Exception {
        var x = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (256,), }", new byte[256]);
        var path = npz(false, "x.npy", x);
        var bytes = Files.readAllBytes(path);
        bytes[bytes.length / 2] ^= 1;
        Files.write(path, bytes);
        var e = assertThrows(FormatException.class, () -> DataSets.npz(path));
        assertTrue(e.getMessage().contains("checksum"), e.getMessage());
    }

    private static void assertCode(String code, Path npz) {
        var e = assertThrows(FormatException.class, () -> DataSets.npz(npz));
        assertEquals(code, e.code().id(), e.getMessage());
    }

    static byte[] npy(String header, byte[] data) {
        var out = new ByteArrayOutputStream();
        var text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length,
            (byte) (text.length >> 8)});
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    private Path npz(boolean deflated, Object... members) throws IOException {
        var path = Files.createTempFile(folder, "a", ".npz");
        try (var zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (int i = 0; i < members.length; i += 2) {
                var entry = new ZipEntry((String) members[i]);
                var bytes = (byte[]) members[i + 1];
                if (!deflated) {
                    var crc = new CRC32();
                    crc.update(bytes);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(bytes.length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(bytes);
            }
        }
        return path;
    }
}
