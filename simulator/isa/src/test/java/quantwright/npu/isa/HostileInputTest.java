package quantwright.npu.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.ProgramFormatException.Kind;

/** What is not a program gives a typed error with its place, or is a program with exactly that spelling. */
class HostileInputTest {
    private static final byte[] BINARY = ProgramBinary.write(Programs.small());
    private static final String TEXT = ProgramText.write(Programs.small());

    private static byte[] sealed(byte[] bytes) {
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        view.putLong(8, bytes.length);
        view.putInt(bytes.length - 4, ProgramBinary.checksum(bytes));
        return bytes;
    }

    private static ProgramFormatException refused(byte[] bytes) {
        var e = assertThrows(ProgramFormatException.class, () -> ProgramBinary.read(bytes));
        assertTrue(e.offset() >= 0 && e.offset() <= bytes.length, e.getMessage());
        assertTrue(e.getMessage().startsWith("byte " + e.offset() + ": "), e.getMessage());
        return e;
    }

    private static ProgramFormatException refused(String text, Kind kind, int line, String part) {
        var e = assertThrows(ProgramFormatException.class, () -> ProgramText.read(text));
        assertEquals(kind, e.kind(), e.getMessage());
        assertEquals(line, e.line(), e.getMessage());
        assertTrue(e.column() > 0 && e.getMessage().contains(part), e.getMessage());
        return e;
    }

    @Test
    void everyTruncationAndEveryChangedByteIsRefused() {
        for (int n = 0; n < BINARY.length; n++) {
            refused(Arrays.copyOf(BINARY, n));
            byte[] changed = BINARY.clone();
            changed[n] ^= 0x40;
            refused(changed);
        }
        assertEquals(Kind.EXCESS, refused(Arrays.copyOf(BINARY, BINARY.length + 1)).kind());
        byte[] version = BINARY.clone();
        version[4] = 9;
        assertEquals(Kind.VERSION, refused(version).kind());
    }

    @Test
    void damageUnderAValidChecksumIsRefusedOrIsAnotherProgram() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            int refusals = 0;
            for (int seed = 0; seed < 20_000; seed++) {
                var random = new Random(seed);
                byte[] bytes = BINARY.clone();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    bytes[16 + random.nextInt(bytes.length - 20)] = (byte) (random.nextBoolean() ? 0xff
                        : random.nextInt());
                }
                if (random.nextInt(4) == 0) {
                    bytes = Arrays.copyOf(bytes, 20 + random.nextInt(bytes.length - 20));
                }
                sealed(bytes);
                try {
                    Program program = ProgramBinary.read(bytes);
                    assertArrayEquals(bytes, ProgramBinary.write(program));
                    ProgramChecker.check(program);
                } catch (ProgramFormatException e) {
                    assertTrue(e.offset() >= 0 && e.offset() <= bytes.length, e.getMessage());
                    refusals++;
                }
            }
            assertTrue(refusals > 5_000, "only " + refusals);
        });
    }

    @Test
    void countsAreNotBelieved() {
        byte[] bytes = BINARY.clone();
        Arrays.fill(bytes, 16, 20, (byte) 0xff);
        var e = refused(sealed(bytes));
        assertEquals(Kind.TRUNCATED, e.kind());
        assertEquals(16, e.offset());
    }

    @Test
    void textErrorsNameTheLine() {
        refused("", Kind.NOT_A_PROGRAM, 1, "qw-npu 3");
        refused("# x\nqw-npu 9 \"a\"\n", Kind.VERSION, 2, "version '9'");
        refused("qw-npu 3 \"a\nend\n", Kind.SYNTAX, 1, "closing quote");
        refused("qw-npu 3 \"a\"\nend\n", Kind.SYNTAX, 2, "no 'machine' line");
        int waits = TEXT.substring(0, TEXT.indexOf("  wait ")).split("\n", -1).length;
        refused(TEXT.replaceFirst("  wait ", "  await "), Kind.SYNTAX, waits, "no instruction 'await'");
        refused(TEXT.replaceFirst("  wait semaphore=0", "  wait semaphore=0 semaphore=1"), Kind.SYNTAX, waits, "twice");
        refused(TEXT.replaceFirst("  wait semaphore=0", "  wait semaphor=0"), Kind.SYNTAX, waits,
            "semaphore is missing");
        refused(TEXT.replaceFirst("  wait semaphore=0", "  wait x=1 semaphore=0"), Kind.SYNTAX, waits, "no field 'x'");
        refused(TEXT.replaceFirst("  wait semaphore=0", "  wait semaphore=65536"), Kind.VALUE, waits, "outside");
        refused(TEXT.replaceFirst("  wait semaphore=0", "  wait semaphore=0xg"), Kind.VALUE, waits, "no number");
        refused(TEXT.replace("end\n", ""), Kind.TRUNCATED, TEXT.split("\n").length, "before 'end'");
        refused(TEXT + "halt\n", Kind.EXCESS, TEXT.split("\n").length + 1, "nothing may follow");
        refused(TEXT.replaceFirst("size=40", "size=41"), Kind.VALUE, 4, "40 bytes of data instead of 41");
        refused(TEXT.replaceFirst("size=40", "size=39"), Kind.EXCESS, 6, "more than its 39 bytes");
        refused(TEXT.replaceFirst("address=0x100", "address=0xffffffffffffffff"), Kind.VALUE, 7, "outside");
    }

    @Test
    void damagedTextIsRefusedOrIsAnotherProgram() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            int refusals = 0;
            for (int seed = 0; seed < 5_000; seed++) {
                var random = new Random(seed);
                var text = new StringBuilder(TEXT);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    text.setCharAt(random.nextInt(text.length()), " \n\"#=\\09xz-\u6f22\0".charAt(random.nextInt(13)));
                }
                try {
                    Program program = ProgramText.read(text.toString());
                    assertEquals(program, ProgramText.read(ProgramText.write(program)));
                } catch (ProgramFormatException e) {
                    assertTrue(e.line() > 0 && e.column() > 0, e.getMessage());
                    refusals++;
                }
            }
            assertTrue(refusals > 2_000, "only " + refusals);
        });
    }

    @Test
    void anEndlessLineIsRefused() {
        refused("qw-npu 3 \"a\"\nlayer \"" + "x".repeat(1 << 20), Kind.VALUE, 2, "limited");
    }
}
