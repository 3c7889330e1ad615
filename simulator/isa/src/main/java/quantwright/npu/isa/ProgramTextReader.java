package quantwright.npu.isa;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.ProgramFormatException.Kind;
import quantwright.npu.isa.TextLine.Token;

/** Parser of the text form. Every line is read once. */
final class ProgramTextReader {
    private static final RecordFormat SEGMENT = new RecordFormat(SegmentFields.class);

    private final String text;
    private final List<String> layers = new ArrayList<>();
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Queue, List<Instruction>> queues = new EnumMap<>(Queue.class);
    private int next;
    private int lineNumber;
    private String name;
    private MachineParameters machine;
    private OpenSegment open;
    private List<Instruction> stream;

    /** Fields of a segment statement. */
    record SegmentFields(
            @Field(value = "first byte", max = MachineParameters.MAX_DRAM, hex = true) long address,
            @Field(value = "bytes", min = 1, max = MachineParameters.MAX_DRAM) long size) {
    }

    private record OpenSegment(String name, Segment.Kind kind, SegmentFields fields, TextLine line,
            ByteArrayOutputStream data) {
    }

    ProgramTextReader(String text) {
        this.text = text;
    }

    Program read() throws ProgramFormatException {
        TextLine line = nextLine();
        if (line == null || !line.first().is(ProgramText.HEADER)) {
            throw ProgramFormatException.atLine(Kind.NOT_A_PROGRAM, Math.max(1, lineNumber), 1,
                "an NPU program starts with '" + ProgramText.HEADER + " " + Program.VERSION + " \"NAME\"'");
        }
        header(line);
        while (true) {
            line = nextLine();
            if (line == null) {
                throw ProgramFormatException.atLine(Kind.TRUNCATED, lineNumber + 1, 1, "the text ends before 'end'");
            }
            if (line.first().is("end")) {
                break;
            }
            statement(line);
        }
        closeSegment();
        line.requireTokens(1);
        if (machine == null) {
            throw line.error(Kind.SYNTAX, line.first(), "the program has no 'machine' line");
        }
        TextLine excess = nextLine();
        if (excess != null) {
            throw excess.error(Kind.EXCESS, excess.first(), "nothing may follow 'end'");
        }
        try {
            return new Program(name, machine, layers, segments, queues);
        } catch (IllegalArgumentException e) {
            throw line.error(Kind.VALUE, line.first(), e.getMessage());
        }
    }

    private void header(TextLine line) throws ProgramFormatException {
        line.requireTokens(3);
        if (!line.token(1).is(Integer.toString(Program.VERSION))) {
            throw line.error(Kind.VERSION, line.token(1), "version '" + line.token(1).text() + "' instead of "
                + Program.VERSION + ": build the program again");
        }
        name = line.name(2);
    }

    private void statement(TextLine line) throws ProgramFormatException {
        String word = line.first().quoted() ? "" : line.first().text();
        if (word.equals("data")) {
            data(line);
            return;
        }
        closeSegment();
        if (stream != null && !word.equals("queue")) {
            instruction(line);
            return;
        }
        switch (word) {
            case "machine" -> {
                if (machine != null) {
                    throw line.error(Kind.SYNTAX, line.first(), "a second 'machine' line");
                }
                machine = (MachineParameters) line.record(Program.machineFormat(), 1);
            }
            case "layer" -> {
                line.requireTokens(2);
                layers.add(line.name(1));
            }
            case "segment" -> segment(line);
            case "queue" -> queue(line);
            default -> throw line.error(Kind.SYNTAX, line.first(), "'" + line.first().text()
                + "' is none of machine, layer, segment, queue, end");
        }
    }

    private void queue(TextLine line) throws ProgramFormatException {
        line.requireTokens(2);
        Queue queue = line.symbol(1, Queue.class);
        stream = new ArrayList<>();
        if (queues.put(queue, stream) != null) {
            throw line.error(Kind.SYNTAX, line.token(1), "queue " + queue.text() + " stands twice");
        }
    }

    private void instruction(TextLine line) throws ProgramFormatException {
        Token mnemonic = line.first();
        InstructionFormat format = mnemonic.quoted() ? null : InstructionFormat.ofMnemonic(mnemonic.text());
        if (format == null) {
            throw line.error(Kind.SYNTAX, mnemonic, "there is no instruction '" + mnemonic.text() + "'; there are "
                + String.join(", ", InstructionFormat.all().stream().map(InstructionFormat::mnemonic).toList()));
        }
        stream.add((Instruction) line.record(format.record(), 1));
    }

    private void segment(TextLine line) throws ProgramFormatException {
        line.requireAtLeast(3);
        Segment.Kind kind = line.symbol(1, Segment.Kind.class);
        var fields = (SegmentFields) line.record(SEGMENT, 3);
        open = new OpenSegment(line.name(2), kind, fields, line, new ByteArrayOutputStream());
    }

    private void data(TextLine line) throws ProgramFormatException {
        if (open == null || open.kind != Segment.Kind.CONSTANT) {
            throw line.error(Kind.SYNTAX, line.first(), "'data' belongs below 'segment constant'");
        }
        line.requireTokens(2);
        open.data.writeBytes(line.hex(1));
        if (open.data.size() > open.fields.size()) {
            throw line.error(Kind.EXCESS, line.token(1), "segment " + open.name + " holds more than its "
                + open.fields.size() + " bytes");
        }
    }

    private void closeSegment() throws ProgramFormatException {
        if (open == null) {
            return;
        }
        OpenSegment s = open;
        open = null;
        try {
            segments.add(new Segment(s.name, s.kind, s.fields.address(), s.fields.size(),
                ByteBuffer.wrap(s.data.toByteArray())));
        } catch (IllegalArgumentException e) {
            throw s.line.error(Kind.VALUE, s.line.first(), e.getMessage());
        }
    }

    /** The next line that holds a token, or null at the end. */
    private TextLine nextLine() throws ProgramFormatException {
        while (next < text.length()) {
            int stop = text.indexOf('\n', next);
            int end = stop < 0 ? text.length() : stop;
            lineNumber++;
            TextLine line = TextLine.of(text, next, end, lineNumber);
            next = end + 1;
            if (line != null) {
                return line;
            }
        }
        return null;
    }
}
