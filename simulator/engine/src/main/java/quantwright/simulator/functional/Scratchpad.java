package quantwright.simulator.functional;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import quantwright.npu.isa.NumberType;

/**
 * Contents of the scratchpad, and the decoding of elements in it.
 *
 * @param bytes contents
 */
record Scratchpad(byte[] bytes) {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    int readInt(int address) {
        return (int) INT.get(bytes, address);
    }

    float readFloat(int address) {
        return Float.intBitsToFloat(readInt(address));
    }

    /** Decodes {@code count} elements stored one after another, less {@code zero}, into {@code out} from {@code to}. */
    void read(NumberType type, int address, int count, int zero, int[] out, int to) {
        switch (type) {
            case I8 -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = bytes[address + i] - zero;
                }
            }
            case U8 -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = (bytes[address + i] & 0xff) - zero;
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    int low = bytes[address + 2 * i] & 0xff;
                    out[to + i] = (bytes[address + 2 * i + 1] << 8 | low) - zero;
                }
            }
            case I4, U4, I2, U2, SIGN1 -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = packed(type, address, i) - zero;
                }
            }
        }
    }

    /** One element of 8 bits. */
    int element(NumberType type, int address, int index) {
        return type == NumberType.U8 ? bytes[address + index] & 0xff : bytes[address + index];
    }

    private int packed(NumberType type, int address, int i) {
        int width = type.bits();
        int bit = i * width;
        int raw = (bytes[address + (bit >> 3)] >> (bit & 7)) & ((1 << width) - 1);
        if (type == NumberType.SIGN1) {
            return 1 - 2 * raw;
        }
        return raw > type.max() ? raw - (1 << width) : raw;
    }

    /** Stores an element of 8 or 16 bits. */
    void write(NumberType type, int address, int column, int value) {
        if (type.bits() == 16) {
            bytes[address + 2 * column] = (byte) value;
            bytes[address + 2 * column + 1] = (byte) (value >> 8);
        } else {
            bytes[address + column] = (byte) value;
        }
    }
}
