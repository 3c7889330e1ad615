package quantwright.backend.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import quantwright.backend.llvm.bind.LlvmLibrary;
import quantwright.backend.llvm.object.ElfObject;

/** Machine code to instructions, to show a kernel and to check what generated code consists of. */
public final class Disassembler {
    private static final int TEXT_BYTES = 256;

    private final LlvmLibrary library;
    private final LlvmCompiler compiler;

    Disassembler(LlvmLibrary library, LlvmCompiler compiler) {
        this.library = library;
        this.compiler = compiler;
    }

    /**
     * One instruction.
     *
     * @param offset in bytes from the start of the function
     * @param length in bytes
     * @param text   mnemonic and operands, separated by single spaces; {@code (bad)} for bytes that are none
     */
    public record Instruction(int offset, int length, String text) {
        /** The mnemonic. */
        public String mnemonic() {
            int space = text.indexOf(' ');
            return space < 0 ? text : text.substring(0, space);
        }
    }

    /**
     * The instructions of each function of an object or shared object, in file order; on x86 in Intel's syntax.
     *
     * @throws IllegalArgumentException when the file is not ELF or is for another architecture
     */
    public Map<String, List<Instruction>> functions(byte[] elf, CodeTarget target) {
        var object = ElfObject.parse(elf);
        if (object.architecture() != target.architecture()) {
            throw new IllegalArgumentException("the code is for " + object.architecture());
        }
        return decoding(target, disassembler -> {
            var functions = new LinkedHashMap<String, List<Instruction>>();
            for (var symbol : object.symbols()) {
                if (symbol.isFunction() && !symbol.isUndefined()) {
                    functions.put(symbol.name(), decode(disassembler, object.bytes(symbol), target));
                }
            }
            return functions;
        });
    }

    /** The instructions that these bytes are. */
    public List<Instruction> instructions(byte[] code, CodeTarget target) {
        return decoding(target, disassembler -> decode(disassembler, code, target));
    }

    private <T> T decoding(CodeTarget target, Function<MemorySegment, T> work) {
        boolean intelSyntax = target.architecture() == CpuFeature.Architecture.X86_64;
        library.initializeTarget(LlvmCompiler.llvmTarget(target));
        var disassembler = library.createDisassembler(target.triple(), target.cpu(), target.features(), intelSyntax);
        if (disassembler.address() == 0) {
            throw new IllegalArgumentException("LLVM cannot disassemble " + target.triple());
        }
        try {
            return work.apply(disassembler);
        } finally {
            library.disposeDisassembler(disassembler);
        }
    }

    /** The instructions of one function. */
    public List<Instruction> function(byte[] elf, String name, CodeTarget target) {
        var instructions = functions(elf, target).get(name);
        if (instructions == null) {
            throw new IllegalArgumentException("no function " + name);
        }
        return instructions;
    }

    private List<Instruction> decode(MemorySegment disassembler, byte[] code, CodeTarget target) {
        int step = target.architecture() == CpuFeature.Architecture.AARCH64 ? 4 : 1;
        var instructions = new ArrayList<Instruction>();
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, code);
            var text = arena.allocate(TEXT_BYTES);
            for (int at = 0; at < code.length;) {
                int length = library.disassemble(disassembler, bytes.asSlice(at), at, text);
                if (length == 0) {
                    instructions.add(new Instruction(at, step, "(bad)"));
                    at += step;
                } else {
                    var line = text.getString(0).strip().replaceAll("\\s+", " ");
                    instructions.add(new Instruction(at, length, line));
                    at += length;
                }
            }
        }
        return instructions;
    }

    /**
     * The instructions in a file that the target does not have, each with the reason; empty if the code is within the
     * target.
     */
    public List<String> violations(byte[] elf, CodeTarget target) {
        var lines = new LinkedHashSet<String>();
        var violations = new ArrayList<String>();
        var object = ElfObject.parse(elf);
        functions(elf, target).forEach((name, instructions) -> {
            var code = object.bytes(object.symbol(name).orElseThrow());
            for (var i : instructions) {
                if (i.text().equals("(bad)")) {
                    violations.add(name + "+" + i.offset() + ": not an instruction of the target");
                } else if (target.architecture() == CpuFeature.Architecture.X86_64) {
                    var bytes = Arrays.copyOfRange(code, i.offset(), i.offset() + i.length());
                    missing(bytes, i.text(), target).ifPresent(m ->
                            violations.add(name + "+" + i.offset() + ": " + i.text() + " needs " + m));
                } else {
                    lines.add(i.text());
                }
            }
        });
        // For Arm the assembler knows: the decoded text is assembled again for exactly the target's features.
        violations.addAll(compiler.assemblerErrors(new ArrayList<>(lines), target));
        return violations;
    }

    private static Optional<String> missing(byte[] code, String text, CodeTarget target) {
        var needed = X86InstructionSet.needed(code, text);
        if (needed.isEmpty()) {
            return Optional.of("an extension that is not known");
        }
        return needed.get().stream().filter(f -> !target.extensions().contains(f)).map(CpuFeature::llvmName)
                .findFirst();
    }
}
