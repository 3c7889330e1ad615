package quantwright.ir.interp;

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
        boolean unsigned = type == ScalarType.U64;
        if ((kind == BinaryKind.DIV || kind == BinaryKind.MOD) && b == 0) {
            throw new IllegalArgumentException("integer division by zero");
        }
        return wrap(switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> unsigned ? Long.divideUnsigned(a, b) : a / b;
            case MIN -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) < 0 ? a : b;
            case MAX -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) > 0 ? a : b;
            case POW -> power(a, b, unsigned);
            case MOD -> unsigned ? Long.remainderUnsigned(a, b) : Math.floorMod(a, b);
        }, type);
    }

    private static long power(long base, long exponent, boolean unsigned) {
        if (exponent < 0 && !unsigned) {
            return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        long square = base;
        for (long e = exponent; e != 0; e >>>= 1) {
            if ((e & 1) != 0) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }

    static long unary(UnaryKind kind, long x, ScalarType type) {
        boolean unsigned = type == ScalarType.U64;
        return wrap(switch (kind) {
            case RELU -> unsigned ? x : Math.max(x, 0);
            case NEG -> -x;
            case ABS -> unsigned ? x : Math.abs(x);
            case SIGN -> unsigned ? (x == 0 ? 0 : 1) : Long.signum(x);
            case FLOOR, CEIL, ROUND -> x;
            case NOT -> type == ScalarType.BOOL ? x ^ 1 : ~x;
            case SIGMOID, TANH, EXP, LOG, SQRT, RECIPROCAL, ERF, GELU, GELU_TANH, HARD_SWISH, SOFTPLUS, SILU, SIN,
                 COS ->
                    throw new IllegalArgumentException(kind + " is for float types, not " + type);
        }, type);
    }
}
