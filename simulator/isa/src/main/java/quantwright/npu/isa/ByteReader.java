package quantwright.npu.isa;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import quantwright.npu.isa.ProgramFormatException.Kind;

/** Little-endian input that knows where it ends. */
final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int offset;

    ByteReader(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    /** A reader of the same bytes from here to an earlier end. */
    ByteReader upTo(int earlierEnd) {
        var out = new ByteReader(bytes, earlierEnd);
        out.offset = offset;
        return out;
    }

    int offset() {
        return offset;
    }

    int remaining() {
        return end - offset;
    }

    /** The next number, sign-extended from four bytes, zero-extended from fewer. */
    long number(int width) throws ProgramFormatException {
        require(width);
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[offset + i] & 0xffL) << (8 * i);
        }
        offset += width;
        return width == 4 ? (int) value : value;
    }

    /** A count of items of at least {@code least} bytes each, which must fit what is left. */
    long count(int least) throws ProgramFormatException {
        int at = offset;
        long count = number(4) & 0xffffffffL;
        if (count * least > remaining()) {
            throw ProgramFormatException.atOffset(Kind.TRUNCATED, at, "says " + count + " entries, " + remaining()
                + " bytes are left");
        }
        return count;
    }

    ByteBuffer take(int length) throws ProgramFormatException {
        require(length);
        ByteBuffer out = ByteBuffer.wrap(bytes, offset, length).slice();
        offset += length;
        return out;
    }

    String name() throws ProgramFormatException {
        int at = offset;
        long length = count(1);
        try {
            return Names.requireName(StandardCharsets.UTF_8.newDecoder().decode(take((int) length)).toString());
        } catch (CharacterCodingException e) {
            throw ProgramFormatException.atOffset(Kind.VALUE, at, "a name is not UTF-8");
        } catch (IllegalArgumentException e) {
            throw ProgramFormatException.atOffset(Kind.VALUE, at, e.getMessage());
        }
    }

    Object record(RecordFormat format) throws ProgramFormatException {
        int start = offset;
        var values = new long[format.leaves().size()];
        for (int i = 0; i < values.length; i++) {
            int at = offset;
            RecordFormat.Leaf leaf = format.leaves().get(i);
            values[i] = number(leaf.width());
            String complaint = leaf.complaint(values[i]);
            if (complaint != null) {
                throw ProgramFormatException.atOffset(Kind.VALUE, at, complaint);
            }
        }
        try {
            return format.build(values);
        } catch (IllegalArgumentException e) {
            throw ProgramFormatException.atOffset(Kind.VALUE, start, e.getMessage());
        }
    }

    void requireEnd(String what) throws ProgramFormatException {
        if (remaining() != 0) {
            throw ProgramFormatException.atOffset(Kind.EXCESS, offset, remaining() + " bytes follow " + what);
        }
    }

    private void require(int length) throws ProgramFormatException {
        if (length < 0 || length > remaining()) {
            throw ProgramFormatException.atOffset(Kind.TRUNCATED, offset, "needs " + length + " bytes, " + remaining()
                + " are left");
        }
    }
}
