package quantwright.backend.npu.plan;

import java.io.ByteArrayOutputStream;

/** Constants of a program, in the order of use. */
public final class ConstantPool {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long address;
    private final int alignment;

    /** An empty pool that will lie at an address of DRAM. */
    public ConstantPool(long address, int alignment) {
        this.address = address;
        this.alignment = alignment;
    }

    /** Adds a block; its address, aligned. */
    public long add(byte[] block) {
        while (bytes.size() % alignment != 0) {
            bytes.write(0);
        }
        long at = address + bytes.size();
        bytes.writeBytes(block);
        return at;
    }

    /** Bytes so far. */
    public int size() {
        return bytes.size();
    }

    /** Everything. */
    public byte[] contents() {
        return bytes.toByteArray();
    }
}
