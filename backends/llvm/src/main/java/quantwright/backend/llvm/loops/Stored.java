package quantwright.backend.llvm.loops;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;
import quantwright.ir.type.ScalarType;

/**
 * How the elements of one operand lie in memory, and the type that loops compute them in: f32 and f64 as themselves,
 * i8, u8, i16, u16, i32 and bool as i32, u32, i64 and u64 as i64.
 *
 * @param type stored type; whole bytes only
 * @param flip what each byte of an i8 is XORed with: 0 or 0x80
 */
public record Stored(ScalarType type, int flip) {
    /** Checks that loops can handle the type. */
    public Stored {
        if (!isSupported(type) || flip != 0 && type != ScalarType.I8) {
            throw new IllegalArgumentException("elements of " + type + ", flip " + flip);
        }
    }

    /** Whether loops can load and store elements of a type. */
    public static boolean isSupported(ScalarType type) {
        return switch (type) {
            case F32, F64, I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            case F16, BF16, I4, I2, U4, U2, SIGN1 -> false;
        };
    }

    /** Bytes of one element. */
    public int bytes() {
        return type.bits() / 8;
    }

    /** Type of {@code lanes} elements in registers. */
    IrType computed(int lanes) {
        return switch (type) {
            case F32 -> IrType.F32.vec(lanes);
            case F64 -> IrType.F64.vec(lanes);
            case I64, U64, U32 -> IrType.I64.vec(lanes);
            default -> IrType.I32.vec(lanes);
        };
    }

    private IrType memory(int lanes) {
        return type.isFloat() ? computed(lanes) : new IrType(IrType.Kind.INT, type.bits(), lanes);
    }

    /** Loads {@code lanes} elements that lie {@code stride} bytes apart; stride 0 repeats one. */
    Value load(FunctionBuilder f, Address at, long stride, int lanes) {
        if (lanes == 1) {
            return decode(f, f.load(memory(1), at));
        }
        if (stride == 0) {
            return f.splat(decode(f, f.load(memory(1), at)), lanes);
        }
        if (stride == bytes()) {
            return decode(f, f.load(memory(lanes), at));
        }
        Value v = Value.poison(memory(lanes));
        for (int i = 0; i < lanes; i++) {
            v = f.insert(v, f.load(memory(1), at.plus(i * stride)), i);
        }
        return decode(f, v);
    }

    /** Stores the low bits of each lane, {@code stride} bytes apart. */
    void store(FunctionBuilder f, Value value, Address at, long stride) {
        int lanes = value.type().lanes();
        Value v = encode(f, value);
        if (lanes == 1 || stride == bytes()) {
            f.store(v, at);
            return;
        }
        for (int i = 0; i < lanes; i++) {
            f.store(f.extract(v, i), at.plus(i * stride));
        }
    }

    private Value decode(FunctionBuilder f, Value v) {
        IrType to = computed(v.type().lanes());
        return switch (type) {
            case I8 -> flip == 0 ? f.sext(v, to) : f.add(f.zext(v, to), Value.of(to, -128));
            case I16 -> f.sext(v, to);
            case U8, U16, U32, BOOL -> f.zext(v, to);
            default -> v;
        };
    }

    private Value encode(FunctionBuilder f, Value value) {
        IrType to = memory(value.type().lanes());
        if (type.isFloat()) {
            return value;
        }
        Value v = f.trunc(value.type().bits() < to.bits() ? f.sext(value, to) : value, to);
        return flip == 0 ? v : f.xor(v, Value.of(to, (byte) flip));
    }
}
