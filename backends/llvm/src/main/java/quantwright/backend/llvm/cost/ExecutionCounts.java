package quantwright.backend.llvm.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.Disassembler.Instruction;

/**
 * How often each instruction of an AArch64 function is executed. Shapes are constants of our code, so that its loops are
 * known once its scalar instructions alone are computed; data never decides.
 */
final class ExecutionCounts {
    /** Addresses of what pointers point to, far from each other and below the stack. */
    private static final long APART = 1L << 36;
    private final List<Instruction> code;
    private final long[] counts;

    private ExecutionCounts(List<Instruction> code, long[] counts) {
        this.code = code;
        this.counts = counts;
    }

    /** A run of instructions that no branch enters or leaves but at its ends. */
    private record Block(int first, int last, List<ScalarInstruction> scalar, ScalarInstruction end) { }

    /**
     * The counts of a call.
     *
     * @param pointers parameters that are pointers, the first ones
     * @param numbers  what the parameters behind them are
     * @throws UnknownControlFlow when they cannot be known beforehand
     */
    static ExecutionCounts of(List<Instruction> code, int pointers, long... numbers) {
        ScalarState state = new ScalarState();
        for (int i = 0; i < pointers + numbers.length; i++) {
            state.set(i, i < pointers ? (i + 1) * APART : numbers[i - pointers]);
        }
        Block[] blocks = blocks(code);
        long[] entered = new long[blocks.length];
        int at = 0;
        while (at >= 0) {
            Block b = blocks[at];
            entered[at]++;
            for (ScalarInstruction i : b.scalar) {
                i.execute(state);
            }
            ScalarInstruction end = b.end;
            if (end.isReturn()) {
                at = -1;
            } else if (end.isBranch() && end.taken(state)) {
                at = blockAt(blocks, code, end.target());
            } else {
                at++;
            }
        }
        long[] counts = new long[code.size()];
        for (int i = 0; i < blocks.length; i++) {
            Arrays.fill(counts, blocks[i].first, blocks[i].last + 1, entered[i]);
        }
        return new ExecutionCounts(code, counts);
    }

    private static Block[] blocks(List<Instruction> code) {
        ScalarInstruction[] all = code.stream().map(ScalarInstruction::new).toArray(ScalarInstruction[]::new);
        boolean[] starts = new boolean[all.length + 1];
        starts[0] = true;
        for (int i = 0; i < all.length; i++) {
            if (all[i].isCall()) {
                throw new UnknownControlFlow(code.get(i).offset());
            }
            if (all[i].isBranch() || all[i].isReturn()) {
                starts[i + 1] = true;
            }
            if (all[i].isBranch()) {
                starts[index(code, all[i].target())] = true;
            }
        }
        var blocks = new ArrayList<Block>();
        int first = 0;
        for (int i = 0; i < all.length; i++) {
            if (starts[i + 1] || i + 1 == all.length) {
                var scalar = new ArrayList<ScalarInstruction>();
                for (int k = first; k <= i; k++) {
                    if (all[k].isScalar() && !all[k].isBranch()) {
                        scalar.add(all[k]);
                    }
                }
                blocks.add(new Block(first, i, scalar, all[i]));
                first = i + 1;
            }
        }
        return blocks.toArray(Block[]::new);
    }

    private static int index(List<Instruction> code, int offset) {
        return offset / code.getFirst().length();
    }

    private static int blockAt(Block[] blocks, List<Instruction> code, int offset) {
        int index = index(code, offset);
        int low = 0;
        int high = blocks.length - 1;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (blocks[middle].first <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** How often each instruction is executed. */
    long[] counts() {
        return counts.clone();
    }

    /** All instructions executed. */
    long total() {
        return Arrays.stream(counts).sum();
    }

    /**
     * Instructions that are executed equally often within the same loop, other loops inside it left out.
     *
     * @param instructions in order
     * @param count how often each is executed
     */
    record Part(List<Instruction> instructions, long count) { }

    /** The function in parts. */
    List<Part> parts() {
        // The loop of an instruction, outermost 0, is named by its innermost backward branch that spans it.
        int[] loop = new int[code.size()];
        for (int end = 0; end < code.size(); end++) {
            ScalarInstruction i = new ScalarInstruction(code.get(end));
            if (i.isBranch() && i.target() <= code.get(end).offset()) {
                for (int k = index(code, i.target()); k <= end; k++) {
                    loop[k] = loop[k] == 0 ? end + 1 : loop[k];
                }
            }
        }
        var parts = new ArrayList<Part>();
        boolean[] done = new boolean[code.size()];
        for (int first = 0; first < code.size(); first++) {
            if (done[first] || counts[first] == 0) {
                continue;
            }
            var together = new ArrayList<Instruction>();
            for (int k = first; k < code.size(); k++) {
                if (loop[k] == loop[first] && counts[k] == counts[first]) {
                    together.add(code.get(k));
                    done[k] = true;
                }
            }
            parts.add(new Part(together, counts[first]));
        }
        return parts;
    }
}
