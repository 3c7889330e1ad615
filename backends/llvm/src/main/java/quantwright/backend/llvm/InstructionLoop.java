package quantwright.backend.llvm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import quantwright.backend.llvm.Disassembler.Instruction;

/**
 * A loop of machine code that holds no other: from the target of a backward branch to the branch.
 *
 * @param instructions in order, the branch last
 */
public record InstructionLoop(List<Instruction> instructions) {
    private static final Pattern BRANCH = Pattern.compile("(b\\.\\w+|cbnz|cbz|tbnz|tbz|j[a-z]+) .*?(#|\\$)?(-?(0x)?[0-9a-f]+)");
    /** What a product instruction begins with and the products of one, on vectors of 128 bits; the first that matches. */
    private static final List<Product> PRODUCTS = List.of(new Product("[su]mmla|usmmla", 32),
            new Product("[su]dot|usdot", 16), new Product("[su]m(ul|la)l2? v\\d+\\.4s", 4),
            new Product("[su]m(ul|la)l2?", 8), new Product("fmla", 4));

    private record Product(Pattern start, int macs) {
        Product(String start, int macs) {
            this(Pattern.compile("(" + start + ")\\b.*"), macs);
        }
    }

    /** Copies the list. */
    public InstructionLoop {
        instructions = List.copyOf(instructions);
    }

    /** The innermost loops of a function, in order. */
    public static List<InstructionLoop> of(List<Instruction> function) {
        var loops = new ArrayList<InstructionLoop>();
        int firstAllowed = 0;
        for (int end = 0; end < function.size(); end++) {
            OptionalInt target = target(function.get(end));
            if (target.isEmpty() || target.getAsInt() > function.get(end).offset()) {
                continue;
            }
            int start = end;
            while (start > 0 && function.get(start).offset() > target.getAsInt()) {
                start--;
            }
            if (start >= firstAllowed) {
                loops.add(new InstructionLoop(function.subList(start, end + 1)));
                firstAllowed = end + 1;
            }
        }
        return loops;
    }

    /** The loop of a function that a full register tile runs: most accumulators, then most products. */
    public static Optional<InstructionLoop> hottest(List<Instruction> function) {
        return of(function).stream().filter(l -> l.macs() > 0)
                .max(Comparator.comparingLong(InstructionLoop::accumulators).thenComparing(InstructionLoop::macs));
    }

    /** Registers that products are added to. */
    public long accumulators() {
        return instructions.stream().filter(i -> macs(i) > 0 || i.mnemonic().matches("[su]adalp"))
                .map(i -> i.text().split("[ ,]")[1]).distinct().count();
    }

    private static OptionalInt target(Instruction i) {
        var m = BRANCH.matcher(i.text());
        if (!m.matches()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(i.offset() + Integer.decode(m.group(3)));
    }

    /** Multiply-accumulates of bytes (or words, or floats) by the Arm product instructions of one iteration. */
    public long macs() {
        return instructions.stream().mapToLong(InstructionLoop::macs).sum();
    }

    private static int macs(Instruction instruction) {
        String text = instruction.text();
        return PRODUCTS.stream().filter(p -> p.start().matcher(text).matches()).mapToInt(Product::macs).findFirst()
                .orElse(0);
    }

    /** Instructions of an iteration. */
    public int size() {
        return instructions.size();
    }

    /** Instructions whose mnemonic matches. */
    public long count(String mnemonic) {
        return instructions.stream().filter(i -> i.mnemonic().matches(mnemonic)).count();
    }

    /** Instructions that read or write the stack. */
    public long stackAccesses() {
        return instructions.stream().filter(i -> i.text().matches(".*\\[(sp|rsp)\\b.*")).count();
    }

    @Override
    public String toString() {
        return String.join("\n", instructions.stream().map(Instruction::text).toList());
    }
}
