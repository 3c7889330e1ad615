package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Encoding of one instruction type, derived from its record. */
final class InstructionFormat {
    private static final List<InstructionFormat> ALL = collect();
    private static final Map<Class<?>, InstructionFormat> BY_TYPE = new HashMap<>();
    private static final InstructionFormat[] BY_OPCODE = new InstructionFormat[256];
    private static final Map<String, InstructionFormat> BY_MNEMONIC = new HashMap<>();

    static {
        for (InstructionFormat f : ALL) {
            BY_TYPE.put(f.record.type(), f);
            InstructionFormat other = BY_OPCODE[f.opcode()];
            BY_OPCODE[f.opcode()] = f;
            if (other != null || BY_MNEMONIC.put(f.mnemonic(), f) != null) {
                throw new IllegalStateException("opcode or mnemonic of " + f.record.type() + " is taken");
            }
        }
    }

    private final RecordFormat record;
    private final Operation operation;
    private final int opcode;

    private InstructionFormat(Class<?> type) {
        this.record = new RecordFormat(type);
        this.operation = type.getAnnotation(Operation.class);
        this.opcode = operation.opcode();
    }

    /** All instructions by opcode. */
    static List<InstructionFormat> all() {
        return ALL;
    }

    static InstructionFormat of(Instruction instruction) {
        return BY_TYPE.get(instruction.getClass());
    }

    /** The instruction of an opcode, or null. */
    static InstructionFormat ofOpcode(int opcode) {
        return BY_OPCODE[opcode];
    }

    /** The instruction of a mnemonic, or null. */
    static InstructionFormat ofMnemonic(String mnemonic) {
        return BY_MNEMONIC.get(mnemonic);
    }

    int opcode() {
        return opcode;
    }

    String mnemonic() {
        return operation.mnemonic();
    }

    String summary() {
        return operation.summary();
    }

    RecordFormat record() {
        return record;
    }

    /** Bytes in the binary form, opcode included. */
    int bytes() {
        return 1 + record.leaves().stream().mapToInt(RecordFormat.Leaf::width).sum();
    }

    /** Queues that execute it. */
    List<Queue> queues(Instruction sample) {
        return List.of(Queue.values()).stream().filter(sample::runsOn).toList();
    }

    private static List<InstructionFormat> collect() {
        List<InstructionFormat> out = new ArrayList<>();
        for (Class<?> family : Instruction.class.getPermittedSubclasses()) {
            for (Class<?> type : family.getPermittedSubclasses()) {
                out.add(new InstructionFormat(type));
            }
        }
        out.sort(Comparator.comparingInt(InstructionFormat::opcode));
        return List.copyOf(out);
    }
}
