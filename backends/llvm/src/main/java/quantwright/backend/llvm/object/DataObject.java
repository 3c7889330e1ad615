package quantwright.backend.llvm.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import quantwright.backend.llvm.CpuFeature.Architecture;

/**
 * Writes a relocatable ELF64 object that holds one read-only block under a hidden symbol. Megabytes of weights reach the
 * linker this way without passing through compiler text. Layout by the System V ABI, generic part, chapter 4.
 */
public final class DataObject {
    private static final int HEADER = 64;
    private static final int SECTION_HEADER = 64;
    private static final int SYMBOL = 24;
    private static final String SECTION_NAMES = "\0.rodata\0.symtab\0.strtab\0.shstrtab\0.note.GNU-stack\0";

    private DataObject() {
    }

    /** An object with {@code bytes}, aligned to 64, under {@code symbol}. */
    public static ObjectCode of(Architecture architecture, String symbol, byte[] bytes) {
        byte[] strings = ("\0" + symbol + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] names = SECTION_NAMES.getBytes(StandardCharsets.US_ASCII);
        int dataAt = HEADER;
        int symbolsAt = align(dataAt + bytes.length);
        int stringsAt = symbolsAt + 2 * SYMBOL;
        int namesAt = stringsAt + strings.length;
        int sectionsAt = align(namesAt + names.length);
        ByteBuffer b = ByteBuffer.allocate(sectionsAt + 6 * SECTION_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header(b, architecture, sectionsAt);
        b.position(dataAt).put(bytes);
        b.position(symbolsAt + SYMBOL);
        // st_name, st_info (global object), st_other (hidden), st_shndx, st_value, st_size
        b.putInt(1).put((byte) 0x11).put((byte) 2).putShort((short) 1).putLong(0).putLong(bytes.length);
        b.position(stringsAt).put(strings);
        b.position(namesAt).put(names);
        b.position(sectionsAt + SECTION_HEADER);
        section(b, ".rodata", 1, 2, dataAt, bytes.length, 0, 0, 64, 0);
        section(b, ".symtab", 2, 0, symbolsAt, 2 * SYMBOL, 3, 1, 8, SYMBOL);
        section(b, ".strtab", 3, 0, stringsAt, strings.length, 0, 0, 1, 0);
        section(b, ".shstrtab", 3, 0, namesAt, names.length, 0, 0, 1, 0);
        section(b, ".note.GNU-stack", 1, 0, namesAt, 0, 0, 0, 1, 0);
        return new ObjectCode(b.array());
    }

    private static void header(ByteBuffer b, Architecture architecture, int sectionsAt) {
        b.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).position(16);
        short machine = switch (architecture) {
            case X86_64 -> (short) 62;
            case AARCH64 -> (short) 183;
        };
        // e_type relocatable, e_machine, e_version, e_entry, e_phoff, e_shoff, e_flags
        b.putShort((short) 1).putShort(machine).putInt(1).putLong(0).putLong(0).putLong(sectionsAt).putInt(0);
        // e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
        b.putShort((short) HEADER).putShort((short) 0).putShort((short) 0).putShort((short) SECTION_HEADER)
                .putShort((short) 6).putShort((short) 4);
    }

    private static void section(ByteBuffer b, String name, int type, long flags, long offset, long size, int link, int info,
            long alignment, long entry) {
        b.putInt(SECTION_NAMES.indexOf("\0" + name + "\0") + 1).putInt(type).putLong(flags).putLong(0).putLong(offset)
                .putLong(size).putInt(link).putInt(info).putLong(alignment).putLong(entry);
    }

    private static int align(int offset) {
        return (offset + 63) / 64 * 64;
    }
}
