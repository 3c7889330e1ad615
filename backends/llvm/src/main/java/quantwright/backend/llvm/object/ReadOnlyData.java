package quantwright.backend.llvm.object;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import quantwright.backend.llvm.CpuFeature.Architecture;

/**
 * Puts bytes, such as a model's packed weights, into a relocatable object as read-only data under one hidden symbol.
 * As IR text the same bytes take LLVM about three times their size and far longer to read.
 */
public final class ReadOnlyData {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SECTIONS = 6;

    private ReadOnlyData() {
    }

    /**
     * An ELF64 object with the section {@code .rodata}.
     *
     * @param symbol    the name IR declares as {@code @symbol = external hidden constant ...}
     * @param alignment in bytes, a power of two
     */
    public static ObjectCode object(Architecture architecture, String symbol, MemorySegment data, int alignment) {
        if (Integer.bitCount(alignment) != 1 || symbol.isEmpty()) {
            throw new IllegalArgumentException("alignment " + alignment + " of '" + symbol + "'");
        }
        var names = new StringTable();
        int rodata = names.add(".rodata");
        int symtab = names.add(".symtab");
        int strtab = names.add(".strtab");
        int stack = names.add(".note.GNU-stack");
        int shstrtab = names.add(".shstrtab");
        var symbolName = new StringTable();
        symbolName.add(symbol);

        long start = (HEADER_BYTES + alignment - 1L) / alignment * alignment;
        long symbols = (start + data.byteSize() + 7) / 8 * 8;
        long strings = symbols + 48;
        long sectionNames = strings + symbolName.size();
        long table = (sectionNames + names.size() + 7) / 8 * 8;
        var file = new byte[Math.toIntExact(table + SECTIONS * SECTION_BYTES)];
        var out = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        header(out, architecture, table);
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, file, (int) start, (int) data.byteSize());
        out.position((int) symbols + 24);
        int globalHiddenObject = 1 << 4 | 1 | 2 << 8;
        out.putInt(1).putShort((short) globalHiddenObject).putShort((short) 1).putLong(0).putLong(data.byteSize());
        out.position((int) strings).put(symbolName.bytes());
        out.position((int) sectionNames).put(names.bytes());
        out.position((int) table + SECTION_BYTES);
        int allocated = 2;
        section(out, rodata, 1, allocated, start, data.byteSize(), 0, 0, alignment, 0);
        section(out, symtab, 2, 0, symbols, 48, 3, 1, 8, 24);
        section(out, strtab, 3, 0, strings, symbolName.size(), 0, 0, 1, 0);
        section(out, stack, 1, 0, strings, 0, 0, 0, 1, 0);
        section(out, shstrtab, 3, 0, sectionNames, names.size(), 0, 0, 1, 0);
        return new ObjectCode(file);
    }

    private static void header(ByteBuffer out, Architecture architecture, long sectionTable) {
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        short relocatable = 1;
        short machine = switch (architecture) {
            case X86_64 -> 62;
            case AARCH64 -> 183;
        };
        out.putShort(relocatable).putShort(machine).putInt(1).putLong(0).putLong(0).putLong(sectionTable);
        out.putInt(0).putShort((short) HEADER_BYTES).putShort((short) 0).putShort((short) 0);
        out.putShort((short) SECTION_BYTES).putShort((short) SECTIONS).putShort((short) (SECTIONS - 1));
    }

    private static void section(ByteBuffer out, int name, int type, long flags, long offset, long size, int link,
            int info, long alignment, long entry) {
        out.putInt(name).putInt(type).putLong(flags).putLong(0).putLong(offset).putLong(size).putInt(link)
                .putInt(info).putLong(alignment).putLong(entry);
    }

    private static final class StringTable {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        StringTable() {
            bytes.write(0);
        }

        int add(String name) {
            int offset = bytes.size();
            bytes.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
            return offset;
        }

        int size() {
            return bytes.size();
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
