package quantwright.npu.isa;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.zip.CRC32;
import quantwright.npu.isa.ProgramFormatException.Kind;

/**
 * The binary form: little-endian, one encoding per program. {@code docs/npu.md} gives its layout.
 */
public final class ProgramBinary {
    static final int MAGIC = 0x504e5751;
    static final int TRAILER = 4;

    private ProgramBinary() {
    }

    /**
     * Encodes a program.
     *
     * @throws IllegalArgumentException if the result would exceed 2^31 - 1 bytes
     */
    public static byte[] write(Program program) {
        var body = new Sink();
        body.number(MAGIC, 4);
        body.number(Program.VERSION, 2);
        body.number(0, 2);
        body.number(0, 8);
        body.name(program.name());
        body.record(Program.machineFormat(), program.machine());
        body.number(program.layers().size(), 4);
        program.layers().forEach(body::name);
        body.number(program.segments().size(), 4);
        for (Segment segment : program.segments()) {
            body.name(segment.name());
            body.number(segment.kind().ordinal(), 1);
            body.number(segment.address(), 8);
            body.number(segment.size(), 8);
            body.bytes(segment.data());
        }
        for (Queue queue : Queue.values()) {
            var stream = new Sink();
            for (Instruction instruction : program.queue(queue)) {
                InstructionFormat format = InstructionFormat.of(instruction);
                stream.number(format.opcode(), 1);
                stream.record(format.record(), instruction);
            }
            body.number(program.queue(queue).size(), 4);
            body.number(stream.size(), 4);
            body.bytes(ByteBuffer.wrap(stream.toByteArray()));
        }
        body.number(0, TRAILER);
        byte[] out = body.toByteArray();
        ByteBuffer view = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
        view.putLong(8, out.length);
        view.putInt(out.length - TRAILER, checksum(out));
        return out;
    }

    /**
     * Decodes a program. Memory is bounded by a small multiple of the input's length.
     *
     * @throws ProgramFormatException if the bytes are not exactly the encoding of a program; it names the byte
     */
    public static Program read(byte[] bytes) throws ProgramFormatException {
        var in = new ByteReader(bytes, bytes.length);
        if (bytes.length < 4 || in.number(4) != MAGIC) {
            throw ProgramFormatException.atOffset(Kind.NOT_A_PROGRAM, 0, "no NPU program starts like this");
        }
        long version = in.number(2);
        if (version != Program.VERSION) {
            throw ProgramFormatException.atOffset(Kind.VERSION, 4, "version " + version + " instead of "
                + Program.VERSION + ": build the program again");
        }
        if (in.number(2) != 0) {
            throw ProgramFormatException.atOffset(Kind.VALUE, 6, "reserved bytes are not 0");
        }
        long length = in.number(8);
        if (length != bytes.length) {
            throw ProgramFormatException.atOffset(Long.compareUnsigned(length, bytes.length) > 0 ? Kind.TRUNCATED
                : Kind.EXCESS, 8, "the length says " + Long.toUnsignedString(length) + ", there are " + bytes.length
                + " bytes");
        }
        if (bytes.length < in.offset() + TRAILER) {
            throw ProgramFormatException.atOffset(Kind.TRUNCATED, in.offset(), "the header is cut off");
        }
        int stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - TRAILER);
        if (stored != checksum(bytes)) {
            throw ProgramFormatException.atOffset(Kind.CHECKSUM, bytes.length - TRAILER,
                "the checksum differs: the program was changed or damaged");
        }
        return body(in.upTo(bytes.length - TRAILER));
    }

    static int checksum(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, bytes.length - TRAILER);
        return (int) crc.getValue();
    }

    private static Program body(ByteReader in) throws ProgramFormatException {
        String name = in.name();
        var machine = (MachineParameters) in.record(Program.machineFormat());
        List<String> layers = new ArrayList<>();
        for (long left = in.count(5); left > 0; left--) {
            layers.add(in.name());
        }
        List<Segment> segments = new ArrayList<>();
        for (long left = in.count(22); left > 0; left--) {
            segments.add(segment(in));
        }
        var queues = new EnumMap<Queue, List<Instruction>>(Queue.class);
        for (Queue queue : Queue.values()) {
            queues.put(queue, instructions(in));
        }
        in.requireEnd("the program");
        try {
            return new Program(name, machine, layers, segments, queues);
        } catch (IllegalArgumentException e) {
            throw ProgramFormatException.atOffset(Kind.VALUE, in.offset(), e.getMessage());
        }
    }

    private static Segment segment(ByteReader in) throws ProgramFormatException {
        int start = in.offset();
        String name = in.name();
        int kindAt = in.offset();
        long kind = in.number(1);
        if (kind >= Segment.Kind.values().length) {
            throw ProgramFormatException.atOffset(Kind.VALUE, kindAt, "there is no segment kind " + kind);
        }
        long address = in.number(8);
        int sizeAt = in.offset();
        long size = in.number(8);
        boolean constant = kind == Segment.Kind.CONSTANT.ordinal();
        if (constant && (size < 0 || size > in.remaining())) {
            throw ProgramFormatException.atOffset(Kind.TRUNCATED, sizeAt, "segment " + name + " says "
                + Long.toUnsignedString(size) + " bytes, " + in.remaining() + " are left");
        }
        ByteBuffer data = in.take(constant ? (int) size : 0);
        try {
            return new Segment(name, Segment.Kind.values()[(int) kind], address, size, data);
        } catch (IllegalArgumentException e) {
            throw ProgramFormatException.atOffset(Kind.VALUE, start, e.getMessage());
        }
    }

    private static List<Instruction> instructions(ByteReader in) throws ProgramFormatException {
        int countAt = in.offset();
        long count = in.number(4) & 0xffffffffL;
        int lengthAt = in.offset();
        long length = in.number(4) & 0xffffffffL;
        if (length > in.remaining()) {
            throw ProgramFormatException.atOffset(Kind.TRUNCATED, lengthAt, "a queue says " + length + " bytes, "
                + in.remaining() + " are left");
        }
        ByteReader stream = in.upTo(in.offset() + (int) length);
        List<Instruction> out = new ArrayList<>();
        while (stream.remaining() > 0) {
            int at = stream.offset();
            int opcode = (int) stream.number(1);
            InstructionFormat format = InstructionFormat.ofOpcode(opcode);
            if (format == null) {
                throw ProgramFormatException.atOffset(Kind.SYNTAX, at, "there is no opcode " + opcode);
            }
            out.add((Instruction) stream.record(format.record()));
        }
        if (out.size() != count) {
            throw ProgramFormatException.atOffset(Kind.VALUE, countAt, "a queue says " + count
                + " instructions and holds " + out.size());
        }
        in.take((int) length);
        return out;
    }

    /** Growing little-endian output. */
    private static final class Sink extends ByteArrayOutputStream {
        void number(long value, int width) {
            for (int i = 0; i < width; i++) {
                write((int) (value >>> (8 * i)));
            }
        }

        void name(String name) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            number(utf8.length, 4);
            writeBytes(utf8);
        }

        void bytes(ByteBuffer data) {
            if ((long) size() + data.remaining() > Integer.MAX_VALUE - 1024) {
                throw new IllegalArgumentException("a program is limited to 2^31 - 1 bytes");
            }
            var copy = new byte[data.remaining()];
            data.duplicate().get(copy);
            writeBytes(copy);
        }

        void record(RecordFormat format, Object record) {
            long[] values = format.values(record);
            for (int i = 0; i < values.length; i++) {
                number(values[i], format.leaves().get(i).width());
            }
        }
    }
}
