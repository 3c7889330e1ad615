package quantwright.backend.llvm.object;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import quantwright.backend.llvm.CpuFeature.Architecture;

/**
 * A little-endian ELF64 object or shared object, read as far as our checks need it (System V ABI, gABI 4.1): sections,
 * symbols and segments.
 *
 * @param architecture the processor family
 * @param sections     the section table, the null section first
 * @param symbols      the symbol table, or of a stripped shared object the dynamic one, without the null symbol
 * @param segments     the program headers; none in a relocatable object
 */
public record ElfObject(Architecture architecture, List<Section> sections, List<Symbol> symbols,
        List<Segment> segments) {
    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    private static final int SYMBOL_BYTES = 24;
    private static final int TYPE_SYMBOLS = 2;
    private static final int TYPE_NO_BITS = 8;
    private static final int TYPE_DYNAMIC_SYMBOLS = 11;

    /**
     * A section.
     *
     * @param name    its name
     * @param type    {@code sh_type}
     * @param flags   {@code sh_flags}
     * @param address its address in memory, 0 in a relocatable object
     * @param bytes   its content, empty for one without
     * @param link    {@code sh_link}
     */
    public record Section(String name, int type, long flags, long address, byte[] bytes, int link) {
    }

    /**
     * A symbol.
     *
     * @param name       its name
     * @param section    the index of its section; 0 when undefined, 0xfff1 when absolute
     * @param value      offset in its section, or address in a shared object
     * @param size       its size in bytes
     * @param binding    0 local, 1 global, 2 weak
     * @param type       1 object, 2 function
     * @param visibility 0 default, 2 hidden
     */
    public record Symbol(String name, int section, long value, long size, int binding, int type, int visibility) {
        /** Whether another object must define it. */
        public boolean isUndefined() {
            return section == 0;
        }

        /** Whether it is a function. */
        public boolean isFunction() {
            return type == 2;
        }

        /** Whether a shared object made of it exports it. */
        public boolean isExported() {
            return section != 0 && binding != 0 && visibility == 0;
        }
    }

    /**
     * A segment.
     *
     * @param type  {@code p_type}: 1 load, 0x6474e551 stack
     * @param flags 1 execute, 2 write, 4 read
     */
    public record Segment(int type, int flags) {
    }

    /** Copies the lists. */
    public ElfObject {
        sections = List.copyOf(sections);
        symbols = List.copyOf(symbols);
        segments = List.copyOf(segments);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException when it is not ELF64 for a known processor, or damaged
     */
    public static ElfObject parse(byte[] file) {
        try {
            return new Reader(file).read();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("damaged ELF file: " + e.getMessage(), e);
        }
    }

    /** The names other objects must define, sorted. */
    public List<String> undefinedSymbols() {
        return symbols.stream().filter(Symbol::isUndefined).map(Symbol::name).filter(n -> !n.isEmpty()).sorted()
                .toList();
    }

    /** The names a shared object exports, sorted. */
    public List<String> exportedSymbols() {
        return symbols.stream().filter(Symbol::isExported).map(Symbol::name).sorted().toList();
    }

    /** A symbol by name. */
    public Optional<Symbol> symbol(String name) {
        return symbols.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** The bytes of a defined symbol, such as a function's code. */
    public byte[] bytes(Symbol symbol) {
        if (symbol.section() == 0 || symbol.section() >= sections.size()) {
            throw new IllegalArgumentException(symbol.name() + " has no bytes");
        }
        var section = sections.get(symbol.section());
        long from = symbol.value() - section.address();
        if (from < 0 || symbol.size() < 0 || from + symbol.size() > section.bytes().length) {
            throw new IllegalArgumentException(symbol.name() + " lies outside " + section.name());
        }
        return Arrays.copyOfRange(section.bytes(), (int) from, (int) (from + symbol.size()));
    }

    private static final class Reader {
        private final byte[] file;
        private final ByteBuffer data;

        Reader(byte[] file) {
            this.file = file;
            this.data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        }

        ElfObject read() {
            if (file.length < HEADER_BYTES || data.getInt(0) != 0x464c457f || file[4] != 2 || file[5] != 1) {
                throw new IllegalArgumentException("not a little-endian ELF64 file");
            }
            var architecture = switch (data.getShort(18)) {
                case 62 -> Architecture.X86_64;
                case 183 -> Architecture.AARCH64;
                default -> throw new IllegalArgumentException("ELF machine " + data.getShort(18));
            };
            var sections = sections();
            var table = sections.stream().filter(s -> s.type() == TYPE_SYMBOLS)
                    .findFirst().or(() -> sections.stream().filter(s -> s.type() == TYPE_DYNAMIC_SYMBOLS).findFirst());
            var symbols = table.map(t -> symbols(t, sections)).orElse(List.of());
            return new ElfObject(architecture, sections, symbols, segments());
        }

        private List<Section> sections() {
            int count = Short.toUnsignedInt(data.getShort(60));
            int names = Short.toUnsignedInt(data.getShort(62));
            var nameOffsets = new int[count];
            var sections = new ArrayList<Section>();
            for (int i = 0; i < count; i++) {
                int at = table(data.getLong(40), i, SECTION_BYTES);
                nameOffsets[i] = data.getInt(at);
                int type = data.getInt(at + 4);
                long offset = data.getLong(at + 24);
                long size = data.getLong(at + 32);
                var bytes = type == TYPE_NO_BITS || type == 0 ? new byte[0] : range(offset, size);
                sections.add(new Section("", type, data.getLong(at + 8), data.getLong(at + 16), bytes,
                        data.getInt(at + 40)));
            }
            for (int i = 0; i < count; i++) {
                var s = sections.get(i);
                sections.set(i, new Section(string(sections.get(names).bytes(), nameOffsets[i]), s.type(), s.flags(),
                        s.address(), s.bytes(), s.link()));
            }
            return sections;
        }

        private static List<Symbol> symbols(Section table, List<Section> sections) {
            var strings = sections.get(table.link()).bytes();
            var data = ByteBuffer.wrap(table.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            var symbols = new ArrayList<Symbol>();
            for (int at = SYMBOL_BYTES; at + SYMBOL_BYTES <= table.bytes().length; at += SYMBOL_BYTES) {
                int info = Byte.toUnsignedInt(data.get(at + 4));
                symbols.add(new Symbol(string(strings, data.getInt(at)), Short.toUnsignedInt(data.getShort(at + 6)),
                        data.getLong(at + 8), data.getLong(at + 16), info >> 4, info & 15, data.get(at + 5) & 3));
            }
            return symbols;
        }

        private List<Segment> segments() {
            int count = Short.toUnsignedInt(data.getShort(56));
            var segments = new ArrayList<Segment>();
            for (int i = 0; i < count; i++) {
                int at = table(data.getLong(32), i, SEGMENT_BYTES);
                segments.add(new Segment(data.getInt(at), data.getInt(at + 4)));
            }
            return segments;
        }

        private byte[] range(long offset, long size) {
            if (offset < 0 || size < 0 || offset > file.length || size > file.length - offset) {
                throw new IndexOutOfBoundsException("bytes " + offset + " + " + size + " of " + file.length);
            }
            return Arrays.copyOfRange(file, (int) offset, (int) (offset + size));
        }

        private int table(long start, int index, int size) {
            long offset = start + (long) index * size;
            if (start < 0 || offset > file.length - size) {
                throw new IndexOutOfBoundsException("byte " + offset + " of " + file.length);
            }
            return (int) offset;
        }

        private static String string(byte[] table, int offset) {
            int end = offset;
            while (table[end] != 0) {
                end++;
            }
            return new String(table, offset, end - offset, StandardCharsets.UTF_8);
        }
    }
}
