package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reference page of the instructions, written from their records. */
public final class InstructionReference {
    private InstructionReference() {
    }

    /** Markdown: the machine parameters, then every instruction with its fields in encoding order. */
    public static String markdown() {
        var out = new StringBuilder("### Machine parameters\n\n");
        table(out, Program.machineFormat());
        out.append("\n### Overview\n\n| opcode | mnemonic | queue | bytes |\n|---|---|---|---|\n");
        for (InstructionFormat f : InstructionFormat.all()) {
            out.append("| 0x%02x | `%s` | %s | %d |\n".formatted(f.opcode(), f.mnemonic(), queues(f), f.bytes()));
        }
        for (InstructionFormat f : InstructionFormat.all()) {
            out.append("\n### `").append(f.mnemonic()).append("`\n\n").append(f.summary()).append('\n');
            if (!f.record().leaves().isEmpty()) {
                out.append('\n');
                table(out, f.record());
            }
        }
        return out.toString();
    }

    private static String queues(InstructionFormat format) {
        long[] least = format.record().leaves().stream().mapToLong(RecordFormat.Leaf::min).toArray();
        List<Queue> queues = format.queues((Instruction) format.record().build(least));
        return queues.size() == Queue.values().length ? "every"
            : queues.stream().map(Queue::text).collect(Collectors.joining(", "));
    }

    private static void table(StringBuilder out, RecordFormat format) {
        out.append("| field | type | values | meaning |\n|---|---|---|---|\n");
        for (RecordFormat.Leaf leaf : format.leaves()) {
            out.append("| `").append(leaf.name()).append("` | ").append(type(leaf)).append(" | ")
                .append(values(leaf)).append(" | ").append(leaf.field().value()).append(" |\n");
        }
    }

    private static String type(RecordFormat.Leaf leaf) {
        return leaf.width() == 8 ? "i64" : leaf.width() == 4 ? "i32" : "u8";
    }

    private static String values(RecordFormat.Leaf leaf) {
        if (leaf.isNumber()) {
            return leaf.min() + " to " + leaf.max();
        }
        List<String> symbols = new ArrayList<>(leaf.symbols());
        return Stream.iterate(0, i -> i < symbols.size(), i -> i + 1).map(i -> i + " `" + symbols.get(i) + "`")
            .collect(Collectors.joining(", "));
    }
}
