package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds, without running it, what a machine would reject in a program: addresses and alignment, queue rules, tile
 * sizes,
 * missing features and semaphore use up to a proof that all queues reach their halt. Time is linear in the
 * instructions.
 */
public final class ProgramChecker {
    /** Findings reported at most. */
    public static final int MAX_FINDINGS = 100;

    private final Program program;
    private final MachineParameters machine;
    private final List<Finding> findings = new ArrayList<>();

    private ProgramChecker(Program program, MachineParameters machine) {
        this.program = program;
        this.machine = machine;
    }

    /** Checks a program against the machine it was built for. */
    public static List<Finding> check(Program program) {
        return check(program, program.machine());
    }

    /** Checks a program against a machine; the result is empty if it accepts the program. */
    public static List<Finding> check(Program program, MachineParameters machine) {
        var checker = new ProgramChecker(program, machine);
        checker.run();
        return List.copyOf(checker.findings);
    }

    private void run() {
        TreeMap<Long, Segment> segments = segments();
        for (Queue queue : Queue.values()) {
            List<Instruction> stream = program.queue(queue);
            var operands = new OperandCheck(machine, segments, queue, this::add);
            for (int i = 0; i < stream.size() && findings.size() < MAX_FINDINGS; i++) {
                instruction(queue, i, stream.get(i), operands);
            }
            if (stream.isEmpty() || !(stream.getLast() instanceof ControlInstruction.Halt)) {
                add(new Finding(Finding.Code.HALT, queue, -1, "the queue does not end with halt"));
            }
        }
        new SemaphoreCheck(program, machine, this::add).run();
    }

    private void instruction(Queue queue, int index, Instruction instruction, OperandCheck operands) {
        if (!instruction.runsOn(queue)) {
            add(new Finding(Finding.Code.WRONG_QUEUE, queue, index,
                InstructionFormat.of(instruction).mnemonic() + " does not run on this queue"));
            return;
        }
        switch (instruction) {
            case ControlInstruction.Halt _ -> {
                if (index != program.queue(queue).size() - 1) {
                    add(new Finding(Finding.Code.HALT, queue, index, "instructions follow halt"));
                }
            }
            case ControlInstruction.Mark(int layer) -> {
                if (layer >= program.layers().size()) {
                    add(new Finding(Finding.Code.LAYER, queue, index, "layer " + layer + " of "
                        + program.layers().size()));
                }
            }
            case ControlInstruction.Wait _, ControlInstruction.Signal _ -> {
                // Semaphores are checked for all queues together.
            }
            case DmaInstruction dma -> operands.check(index, dma);
            case ArrayInstruction array -> operands.check(index, array);
            case VectorInstruction vector -> operands.check(index, vector);
        }
    }

    private TreeMap<Long, Segment> segments() {
        var sorted = new ArrayList<>(program.segments());
        sorted.sort(Comparator.comparingLong(Segment::address));
        var out = new TreeMap<Long, Segment>();
        for (Segment segment : sorted) {
            if (segment.end() > machine.dramBytes()) {
                add(new Finding(Finding.Code.SEGMENT, null, -1, "segment " + segment.name() + " ends at "
                    + segment.end() + ", DRAM at " + machine.dramBytes()));
            }
            Map.Entry<Long, Segment> before = out.lastEntry();
            if (before != null && before.getValue().end() > segment.address()) {
                add(new Finding(Finding.Code.SEGMENT, null, -1, "segments " + before.getValue().name() + " and "
                    + segment.name() + " overlap"));
            }
            if (before == null || segment.end() > before.getValue().end()) {
                out.put(segment.address(), segment);
            }
        }
        return out;
    }

    private void add(Finding finding) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(finding);
        }
    }
}
