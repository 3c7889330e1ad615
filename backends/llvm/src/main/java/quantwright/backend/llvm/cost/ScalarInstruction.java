package quantwright.backend.llvm.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.Disassembler.Instruction;

/**
 * An AArch64 instruction as far as control flow may depend on it: what it does to scalar registers and flags. What is not
 * known of it leaves its result unknown.
 */
final class ScalarInstruction {
    private final String mnemonic;
    private final List<String> operands;
    private final int offset;
    /** Register of each operand, or -1. */
    private final int[] registers;
    /** Number of each operand that is one. */
    private final long[] immediates;
    private final Memory memory;

    /**
     * An address.
     *
     * @param at       index of its operand
     * @param base     register
     * @param fixed    whether no other register is added
     * @param distance number that is added
     * @param before   whether the register is changed beforehand
     */
    private record Memory(int at, int base, boolean fixed, long distance, boolean before) { }

    ScalarInstruction(Instruction i) {
        mnemonic = i.mnemonic();
        operands = split(i.text().substring(mnemonic.length()).strip());
        offset = i.offset();
        registers = operands.stream().mapToInt(ScalarInstruction::number).toArray();
        immediates = operands.stream().mapToLong(o -> o.matches("#?-?(0x[0-9a-f]+|\\d+)") ? immediate(o) : 0).toArray();
        memory = memory(operands);
    }

    private static Memory memory(List<String> operands) {
        for (int at = 0; at < operands.size(); at++) {
            String text = operands.get(at);
            if (text.startsWith("[")) {
                List<String> inside = split(text.replaceAll("[\\[\\]!]", ""));
                boolean fixed = inside.size() == 1 || inside.get(1).startsWith("#");
                return new Memory(at, number(inside.getFirst()), fixed,
                    inside.size() > 1 && fixed ? immediate(inside.get(1)) : 0, text.endsWith("!"));
            }
        }
        return null;
    }

    /** Operands at commas outside brackets and braces. */
    private static List<String> split(String text) {
        var list = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
            if (c == ',' && depth == 0) {
                list.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (!text.isEmpty()) {
            list.add(text.substring(start).strip());
        }
        return list;
    }

    boolean isBranch() {
        return mnemonic.equals("b") || mnemonic.startsWith("b.") || mnemonic.matches("cbn?z|tbn?z");
    }

    boolean isReturn() {
        return mnemonic.equals("ret");
    }

    boolean isCall() {
        return mnemonic.equals("bl") || mnemonic.equals("blr");
    }

    /** Offset a branch goes to. */
    int target() {
        return offset + Math.toIntExact(immediate(operands.getLast()));
    }

    /** Whether it can change what control flow depends on. */
    boolean isScalar() {
        boolean moves = memory != null && (memory.before || memory.at + 1 < operands.size());
        return moves || Arrays.stream(registers).anyMatch(r -> r >= 0);
    }

    /**
     * Whether a branch is taken.
     *
     * @throws UnknownControlFlow when it depends on what is not known
     */
    boolean taken(ScalarState s) {
        if (mnemonic.equals("b")) {
            return true;
        }
        if (mnemonic.startsWith("b.")) {
            if (!s.flagsKnown()) {
                throw new UnknownControlFlow(offset);
            }
            return s.holds(mnemonic.substring(2));
        }
        int register = registers[0];
        if (!s.known(register)) {
            throw new UnknownControlFlow(offset);
        }
        long value = operands.getFirst().startsWith("w") ? s.get(register) & 0xffffffffL : s.get(register);
        boolean set = mnemonic.startsWith("t") ? (value >> immediates[1] & 1) != 0 : value != 0;
        return set == mnemonic.contains("n");
    }

    /** What it does, not counting branches. */
    void execute(ScalarState s) {
        switch (mnemonic) {
            case "add", "sub", "adds", "subs", "cmp", "cmn" -> addition(s);
            case "mov", "and", "ands", "tst", "orr", "eor", "lsl", "lsr", "asr", "mul", "sxtw" -> simple(s);
            case "movk" -> insert(s);
            case "madd", "msub" -> product(s);
            case "csel", "cset", "cinc", "csinc" -> choice(s);
            default -> access(s);
        }
    }

    private boolean wide() {
        return !operands.getFirst().startsWith("w");
    }

    private void put(ScalarState s, boolean known, long value) {
        int to = registers[0];
        if (to < 0) {
            return;
        }
        if (known) {
            s.set(to, wide() ? value : value & 0xffffffffL);
        } else {
            s.forget(to);
        }
    }

    private void addition(ScalarState s) {
        boolean compares = mnemonic.startsWith("cm");
        int at = compares ? 0 : 1;
        boolean subtracts = mnemonic.startsWith("sub") || mnemonic.equals("cmp");
        boolean known = known(s, at) && known(s, at + 1);
        long left = known ? value(s, at) : 0;
        long right = known ? modified(s, at + 1) : 0;
        if (compares || mnemonic.endsWith("s")) {
            if (known) {
                s.flags(left, subtracts ? ~right : right, subtracts, wide());
            } else {
                s.forgetFlags();
            }
        }
        if (!compares) {
            put(s, known, subtracts ? left - right : left + right);
        }
    }

    private void simple(ScalarState s) {
        boolean tests = mnemonic.equals("tst");
        int at = tests ? 0 : 1;
        boolean unary = mnemonic.equals("mov") || mnemonic.equals("sxtw");
        boolean known = known(s, at) && (unary || known(s, at + 1));
        long left = known ? unary ? modified(s, at) : value(s, at) : 0;
        long right = known && !unary ? modified(s, at + 1) : 0;
        long result = switch (mnemonic) {
            case "mov" -> left;
            case "sxtw" -> (int) left;
            case "and", "ands", "tst" -> left & right;
            case "orr" -> left | right;
            case "eor" -> left ^ right;
            case "lsl" -> left << right;
            case "lsr" -> wide() ? left >>> right : (left & 0xffffffffL) >>> right;
            case "asr" -> wide() ? left >> right : (int) left >> right;
            default -> left * right;
        };
        if (tests || mnemonic.equals("ands")) {
            if (known) {
                s.flags(result, wide());
            } else {
                s.forgetFlags();
            }
        }
        if (!tests) {
            put(s, known, result);
        }
    }

    private void insert(ScalarState s) {
        int shift = operands.size() > 2 ? (int) immediate(operands.get(2)) : 0;
        long value = s.get(registers[0]);
        put(s, known(s, 0), value & ~(0xffffL << shift) | immediates[1] << shift);
    }

    private void product(ScalarState s) {
        boolean known = known(s, 1) && known(s, 2) && known(s, 3);
        long product = known ? value(s, 1) * value(s, 2) : 0;
        put(s, known, known ? value(s, 3) + (mnemonic.equals("madd") ? product : -product) : 0);
    }

    private void choice(ScalarState s) {
        boolean holds = s.flagsKnown() && s.holds(operands.getLast());
        switch (mnemonic) {
            case "cset" -> put(s, s.flagsKnown(), holds ? 1 : 0);
            case "cinc" -> put(s, s.flagsKnown() && known(s, 1), value(s, 1) + (holds ? 1 : 0));
            default -> put(s, s.flagsKnown() && known(s, holds ? 1 : 2), holds ? value(s, 1)
                : value(s, 2) + (mnemonic.equals("csinc") ? 1 : 0));
        }
    }

    /** Loads and stores, whose address may change its register; of anything else the first operand is forgotten. */
    private void access(ScalarState s) {
        if (memory == null) {
            put(s, false, 0);
            return;
        }
        if (memory.before) {
            move(s, memory.base, memory.distance);
        }
        for (int i = 0; i < memory.at; i++) {
            long offset = (memory.before ? 0 : memory.distance) + 8L * i;
            if (registers[i] < 0) {
                continue;
            }
            if (mnemonic.startsWith("st") && memory.fixed) {
                s.store(memory.base, offset, registers[i]);
            } else if (mnemonic.startsWith("ld") && memory.fixed && wide()) {
                s.load(memory.base, offset, registers[i]);
            } else if (mnemonic.startsWith("ld")) {
                s.forget(registers[i]);
            }
        }
        if (memory.at + 1 < registers.length) {
            int by = registers[memory.at + 1];
            if (by >= 0 && !s.known(by)) {
                s.forget(memory.base);
            } else {
                move(s, memory.base, by >= 0 ? s.get(by) : immediates[memory.at + 1]);
            }
        }
    }

    private static void move(ScalarState s, int base, long distance) {
        if (s.known(base)) {
            s.set(base, s.get(base) + distance);
        }
    }

    private boolean known(ScalarState s, int at) {
        return registers[at] < 0 ? operands.get(at).startsWith("#") : s.known(registers[at]);
    }

    private long value(ScalarState s, int at) {
        return registers[at] < 0 ? immediates[at] : s.get(registers[at]);
    }

    /** An operand after the shift or extension that may follow it. */
    private long modified(ScalarState s, int at) {
        long value = value(s, at);
        if (at + 1 == operands.size()) {
            return value;
        }
        String[] how = operands.get(at + 1).split(" ");
        int by = how.length > 1 ? (int) immediate(how[1]) : 0;
        return switch (how[0]) {
            case "lsr" -> value >>> by;
            case "asr" -> value >> by;
            case "sxtw" -> (long) (int) value << by;
            case "uxtw" -> (value & 0xffffffffL) << by;
            default -> value << by;
        };
    }

    private static long immediate(String operand) {
        String digits = operand.substring(operand.indexOf('#') + 1);
        return digits.startsWith("0x") ? Long.parseUnsignedLong(digits, 2, digits.length(), 16) : Long.parseLong(digits);
    }

    /** Number of a scalar register, or -1. */
    private static int number(String operand) {
        return switch (operand) {
            case "sp", "wsp" -> ScalarState.SP;
            case "xzr", "wzr" -> ScalarState.ZERO;
            default -> operand.matches("[xw]\\d+") ? Integer.parseInt(operand.substring(1)) : -1;
        };
    }
}
