package quantwright.backend.llvm.cost;

import java.util.HashMap;
import java.util.Map;

/**
 * Scalar registers of an AArch64 processor, some of whose contents are known, its flags, and what was stored on the stack.
 * Register 31 is the stack pointer, 32 reads as zero and takes what is to be forgotten.
 */
final class ScalarState {
    static final int SP = 31;
    static final int ZERO = 32;
    private final long[] values = new long[33];
    private final boolean[] known = new boolean[33];
    private final Map<Long, Long> stack = new HashMap<>();
    private boolean flagsKnown;
    private boolean negative;
    private boolean zero;
    private boolean carry;
    private boolean overflow;

    ScalarState() {
        set(SP, 1L << 48);
        set(ZERO, 0);
    }

    boolean known(int register) {
        return known[register];
    }

    long get(int register) {
        return values[register];
    }

    void set(int register, long value) {
        known[register] = true;
        values[register] = register == ZERO ? 0 : value;
    }

    void forget(int register) {
        known[register] = register == ZERO;
    }

    /** Whether an address is one of the stack, given that pointers to data are below it. */
    private boolean onStack(int base) {
        return known[base] && values[base] >= 1L << 47;
    }

    void store(int base, long offset, int register) {
        if (onStack(base)) {
            if (known[register]) {
                stack.put(values[base] + offset, values[register]);
            } else {
                stack.remove(values[base] + offset);
            }
        }
    }

    void load(int base, long offset, int register) {
        Long value = onStack(base) ? stack.get(values[base] + offset) : null;
        if (value == null) {
            forget(register);
        } else {
            set(register, value);
        }
    }

    void forgetFlags() {
        flagsKnown = false;
    }

    /** The flags of {@code left + right + carryIn}, {@code wide} for 64 bits. */
    void flags(long left, long right, boolean carryIn, boolean wide) {
        long in = carryIn ? 1 : 0;
        flagsKnown = true;
        if (wide) {
            long sum = left + right + in;
            negative = sum < 0;
            zero = sum == 0;
            carry = Long.compareUnsigned(sum, left) < 0 || carryIn && sum == left;
            overflow = ((left ^ sum) & (right ^ sum)) < 0;
        } else {
            long sum = (left & 0xffffffffL) + (right & 0xffffffffL) + in;
            negative = (int) sum < 0;
            zero = (int) sum == 0;
            carry = sum >>> 32 != 0;
            overflow = (((int) left ^ (int) sum) & ((int) right ^ (int) sum)) < 0;
        }
    }

    /** The flags of a logical operation. */
    void flags(long result, boolean wide) {
        flags(wide ? result : (int) result, 0, false, wide);
        carry = false;
        overflow = false;
    }

    boolean flagsKnown() {
        return flagsKnown;
    }

    boolean holds(String condition) {
        return switch (condition) {
            case "eq" -> zero;
            case "ne" -> !zero;
            case "hs", "cs" -> carry;
            case "lo", "cc" -> !carry;
            case "mi" -> negative;
            case "pl" -> !negative;
            case "vs" -> overflow;
            case "vc" -> !overflow;
            case "hi" -> carry && !zero;
            case "ls" -> !carry || zero;
            case "ge" -> negative == overflow;
            case "lt" -> negative != overflow;
            case "gt" -> !zero && negative == overflow;
            case "le" -> zero || negative != overflow;
            default -> throw new IllegalArgumentException(condition);
        };
    }
}
