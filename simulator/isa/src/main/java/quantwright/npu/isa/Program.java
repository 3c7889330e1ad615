package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * A command stream with all it needs to run. Every field of every instruction is within its {@link Field} range, so
 * that
 * any program has a binary and a text form; {@link ProgramChecker} finds what a machine would reject.
 *
 * @param name     the model's name
 * @param machine  the machine it was built for
 * @param layers   names that {@link ControlInstruction.Mark} refers to
 * @param segments what lies where in DRAM; inputs and outputs in the model's order
 * @param queues   instructions of each queue in issue order; every queue is present
 */
public record Program(String name, MachineParameters machine, List<String> layers, List<Segment> segments,
        Map<Queue, List<Instruction>> queues) {

    /** Version of the binary and the text form. */
    public static final int VERSION = 3;

    private static final RecordFormat MACHINE = new RecordFormat(MachineParameters.class);

    /**
     * Takes copies; an absent queue is empty.
     *
     * @throws IllegalArgumentException if a name is malformed or used by two segments, or a field is out of its range;
     *                                  the message names it
     */
    public Program {
        Names.requireName(name);
        String complaint = MACHINE.complaint(machine);
        if (complaint != null) {
            throw new IllegalArgumentException("machine: " + complaint);
        }
        layers = List.copyOf(layers);
        layers.forEach(Names::requireName);
        segments = List.copyOf(segments);
        var names = new HashSet<String>();
        for (Segment segment : segments) {
            if (!names.add(segment.name())) {
                throw new IllegalArgumentException("two segments are named " + segment.name());
            }
        }
        var copy = new EnumMap<Queue, List<Instruction>>(Queue.class);
        for (Queue queue : Queue.values()) {
            copy.put(queue, checked(queue, queues.getOrDefault(queue, List.of())));
        }
        queues = Collections.unmodifiableMap(copy);
    }

    /** Instructions of a queue. */
    public List<Instruction> queue(Queue queue) {
        return queues.get(queue);
    }

    /** Instructions of all queues. */
    public long size() {
        return queues.values().stream().mapToLong(List::size).sum();
    }

    static RecordFormat machineFormat() {
        return MACHINE;
    }

    private static List<Instruction> checked(Queue queue, List<Instruction> instructions) {
        List<Instruction> copy = new ArrayList<>(instructions);
        for (int i = 0; i < copy.size(); i++) {
            InstructionFormat format = InstructionFormat.of(copy.get(i));
            String complaint = format.record().complaint(copy.get(i));
            if (complaint != null) {
                throw new IllegalArgumentException(queue.text() + " instruction " + i + ", " + format.mnemonic() + ": "
                    + complaint);
            }
        }
        return List.copyOf(copy);
    }
}
