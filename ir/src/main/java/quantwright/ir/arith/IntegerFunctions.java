package quantwright.ir.arith;

import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.UnaryKind;

/** Elementwise functions and reductions of plain integers in 64 bits, before they are cut down to their type. */
public final class IntegerFunctions {
    private IntegerFunctions() {
    }

    /**
     * A function of two integers.
     *
     * @param unsigned whether they are u64, which differs from its bits as i64
     * @throws IllegalArgumentException for a division by zero
     */
    public static long binary(BinaryKind kind, long a, long b, boolean unsigned) {
        if ((kind == BinaryKind.DIV || kind == BinaryKind.MOD) && b == 0) {
            throw new IllegalArgumentException("integer division by zero");
        }
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> unsigned ? Long.divideUnsigned(a, b) : a / b;
            case MIN -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) < 0 ? a : b;
            case MAX -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) > 0 ? a : b;
            case POW -> power(a, b, unsigned);
            case MOD -> unsigned ? Long.remainderUnsigned(a, b) : Math.floorMod(a, b);
        };
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

    /**
     * A function of one integer.
     *
     * @param unsigned whether it is u64
     * @param truth whether it is boolean
     * @throws IllegalArgumentException if the function is for float types
     */
    public static long unary(UnaryKind kind, long x, boolean unsigned, boolean truth) {
        return switch (kind) {
            case RELU -> unsigned ? x : Math.max(x, 0);
            case NEG -> -x;
            case ABS -> unsigned ? x : Math.abs(x);
            case SIGN -> unsigned ? (x == 0 ? 0 : 1) : Long.signum(x);
            case FLOOR, CEIL, ROUND -> x;
            case NOT -> truth ? x ^ 1 : ~x;
            case SIGMOID, TANH, EXP, LOG, SQRT, RECIPROCAL, ERF, GELU, GELU_TANH, HARD_SWISH, SOFTPLUS, SILU, SIN,
                 COS -> throw new IllegalArgumentException(kind + " is for float types, not for integers");
        };
    }

    /** What a reduction starts from; {@code first} is the first of what is reduced, of which some kinds need one. */
    public static long start(ReduceKind kind, long first) {
        return switch (kind) {
            case SUM, MEAN, SUM_SQUARE, L2 -> 0;
            case PROD -> 1;
            case MAX, MIN -> first;
        };
    }

    /**
     * A reduction and one more integer.
     *
     * @param unsigned whether it is u64
     */
    public static long reduce(ReduceKind kind, long result, long x, boolean unsigned) {
        return switch (kind) {
            case SUM, MEAN -> result + x;
            case SUM_SQUARE, L2 -> result + x * x;
            case PROD -> result * x;
            case MAX -> binary(BinaryKind.MAX, result, x, unsigned);
            case MIN -> binary(BinaryKind.MIN, result, x, unsigned);
        };
    }

    /** A reduction of {@code n} integers at its end: a mean is cut off towards zero, a norm is of the sum as an f64. */
    public static long end(ReduceKind kind, long result, int n) {
        return kind == ReduceKind.MEAN ? result / n : kind == ReduceKind.L2 ? (long) Math.sqrt((double) result) : result;
    }
}
