package quantwright.ir.interp;

import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;

/** Elementwise arithmetic on plain integers, as shape computations use it. */
final class Integers {
    private Integers() {
    }

    /** The low bits of {@code value}, read as {@code type}. */
    static long wrap(long value, ScalarType type) {
        if (type == ScalarType.SIGN1) {
            return value < 0 ? -1 : 1;
        }
        int shift = 64 - type.bits();
        return switch (type.kind()) {
            case SIGNED -> value << shift >> shift;
            case UNSIGNED -> value << shift >>> shift;
            case BOOLEAN -> value == 0 ? 0 : 1;
            case FLOAT -> throw new IllegalArgumentException(type + " is no integer type");
        };
    }

    static long binary(BinaryKind kind, long a, long b, ScalarType type) {
        return wrap(IntegerFunctions.binary(kind, a, b, type == ScalarType.U64), type);
    }

    static long unary(UnaryKind kind, long x, ScalarType type) {
        return wrap(IntegerFunctions.unary(kind, x, type == ScalarType.U64, type == ScalarType.BOOL), type);
    }
}
