package quantwright.backend.llvm.loops;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Numbers of a loop kernel in its constants block, eight bytes each. */
public final class Slots {
    private static final int BYTES = 8;
    private final StringBuilder types = new StringBuilder();
    private ByteBuffer bytes = ByteBuffer.allocate(16 * BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Appends an f32. */
    public Slots f32(float value) {
        room('f').putFloat(value).putInt(0);
        return this;
    }

    /** Appends an i32. */
    public Slots i32(int value) {
        room('i').putInt(value).putInt(0);
        return this;
    }

    /** Appends an i64. */
    public Slots i64(long value) {
        room('l').putLong(value);
        return this;
    }

    private ByteBuffer room(char type) {
        types.append(type);
        if (bytes.remaining() < BYTES) {
            bytes = ByteBuffer.allocate(2 * bytes.capacity()).order(ByteOrder.LITTLE_ENDIAN).put(bytes.flip());
        }
        return bytes;
    }

    /** The block of a body, whose slots must be those appended. */
    public byte[] bytes(MapBody body) {
        if (!types.toString().equals(body.slots())) {
            throw new IllegalStateException(body.name() + " reads " + body.slots() + ", given " + types);
        }
        return bytes();
    }

    /** The block. */
    public byte[] bytes() {
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Bytes of so many slots. */
    static int size(String slots) {
        return BYTES * slots.length();
    }

    /** Loads the slots at {@code at}, each splatted. */
    static Value[] load(FunctionBuilder f, Address at, String slots, int lanes) {
        Value[] values = new Value[slots.length()];
        for (int i = 0; i < values.length; i++) {
            IrType type = switch (slots.charAt(i)) {
                case 'f' -> IrType.F32;
                case 'i' -> IrType.I32;
                default -> IrType.I64;
            };
            Value v = f.load(type, at.plus((long) BYTES * i));
            values[i] = lanes == 1 ? v : f.splat(v, lanes);
        }
        return values;
    }
}
