package quantwright.npu.isa;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A named range of DRAM.
 *
 * @param name    unique in the program
 * @param kind    what it holds
 * @param address first byte
 * @param size    bytes, at least 1
 * @param data    contents of a constant, {@code size} bytes; empty for the other kinds
 */
public record Segment(String name, Kind kind, long address, long size, ByteBuffer data) {

    /** What a segment holds. */
    public enum Kind {
        /** Weights and tables, loaded with the program; never written. */
        CONSTANT,
        /** An input of the model; never written by the program. */
        INPUT,
        /** An output of the model. */
        OUTPUT,
        /** Intermediate results. */
        WORKSPACE
    }

    /**
     * Takes a copy of the data.
     *
     * @throws IllegalArgumentException if the address or the size is out of range, or the data is not of the size
     */
    public Segment {
        Names.requireName(name);
        Objects.requireNonNull(kind, "kind");
        if (address < 0 || size < 1 || address > MachineParameters.MAX_DRAM || size > MachineParameters.MAX_DRAM) {
            throw new IllegalArgumentException("segment " + name + ": address " + address + " or size " + size
                + " is out of range");
        }
        long held = kind == Kind.CONSTANT ? size : 0;
        if (data.remaining() != held) {
            throw new IllegalArgumentException("segment " + name + " holds " + data.remaining()
                + " bytes of data instead of " + held);
        }
        data = ByteBuffer.allocate(data.remaining()).put(data.duplicate()).flip().asReadOnlyBuffer();
    }

    /** A constant. */
    public static Segment constant(String name, long address, byte[] data) {
        return new Segment(name, Kind.CONSTANT, address, data.length, ByteBuffer.wrap(data));
    }

    /** A segment without contents. */
    public static Segment space(String name, Kind kind, long address, long size) {
        return new Segment(name, kind, address, size, ByteBuffer.allocate(0));
    }

    /** Contents, read-only and little-endian; position 0. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** First byte past the segment. */
    public long end() {
        return address + size;
    }
}
