package quantwright.npu.isa;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/**
 * The text form: one statement a line, {@code #} starts a comment. {@link #write} gives one text per program; reading
 * accepts fields in any order, numbers in decimal or hexadecimal, and any white space. {@code docs/npu.md} describes
 * it.
 */
public final class ProgramText {
    static final String HEADER = "qw-npu";
    private static final int DATA_PER_LINE = 32;

    private ProgramText() {
    }

    /** Prints a program. */
    public static String write(Program program) {
        var out = new StringBuilder();
        out.append(HEADER).append(' ').append(Program.VERSION).append(' ').append(quote(program.name())).append('\n');
        out.append("machine");
        fields(out, Program.machineFormat(), program.machine());
        out.append('\n');
        for (int i = 0; i < program.layers().size(); i++) {
            out.append("layer ").append(quote(program.layers().get(i))).append(" # ").append(i).append('\n');
        }
        program.segments().forEach(s -> segment(out, s));
        for (Queue queue : Queue.values()) {
            List<Instruction> instructions = program.queue(queue);
            out.append("queue ").append(queue.text()).append(" # instructions: ").append(instructions.size())
                .append('\n');
            for (Instruction instruction : instructions) {
                out.append("  ").append(line(instruction)).append('\n');
            }
        }
        return out.append("end\n").toString();
    }

    /** Text of one instruction, without line end. */
    public static String line(Instruction instruction) {
        InstructionFormat format = InstructionFormat.of(instruction);
        var out = new StringBuilder(format.mnemonic());
        fields(out, format.record(), instruction);
        return out.toString();
    }

    /**
     * Parses a program.
     *
     * @throws ProgramFormatException if the text is not a program; it names line and column
     */
    public static Program read(String text) throws ProgramFormatException {
        return new ProgramTextReader(text).read();
    }

    static String quote(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static void fields(StringBuilder out, RecordFormat format, Object record) {
        long[] values = format.values(record);
        for (int i = 0; i < values.length; i++) {
            RecordFormat.Leaf leaf = format.leaves().get(i);
            out.append(' ').append(leaf.name()).append('=');
            if (!leaf.isNumber()) {
                out.append(leaf.symbols().get((int) values[i]));
            } else if (leaf.field().hex()) {
                out.append("0x").append(Long.toHexString(values[i]));
            } else {
                out.append(values[i]);
            }
        }
    }

    private static void segment(StringBuilder out, Segment segment) {
        out.append("segment ").append(Names.kebab(segment.kind().name())).append(' ').append(quote(segment.name()))
            .append(" address=0x").append(Long.toHexString(segment.address()))
            .append(" size=").append(segment.size()).append('\n');
        HexFormat hex = HexFormat.of();
        ByteBuffer data = segment.data();
        while (data.hasRemaining()) {
            out.append("  data ");
            for (int i = Math.min(DATA_PER_LINE, data.remaining()); i > 0; i--) {
                hex.toHexDigits(out, data.get());
            }
            out.append('\n');
        }
    }
}
