package quantwright.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;

/** Builds a program step by step; every step waits for the one before, by semaphore 0 to 15 in turn. */
final class Stream {
    private final MachineParameters machine;
    private final List<Segment> segments = new ArrayList<>();
    private final Map<Queue, List<Instruction>> queues = new EnumMap<>(Queue.class);
    private long next;
    private Queue last;
    private int semaphore;

    Stream(MachineParameters machine) {
        this.machine = machine;
        for (Queue queue : Queue.values()) {
            queues.put(queue, new ArrayList<>());
        }
    }

    /** Appends an instruction; one on another queue than the last waits for that one's end. */
    Stream then(Queue queue, Instruction instruction) {
        if (last != null && last != queue) {
            // A semaphore has one signaller and one waiter: one for each pair of queues.
            semaphore = last.ordinal() * 4 + queue.ordinal();
            queues.get(last).add(new ControlInstruction.Signal(semaphore, 1));
            queues.get(queue).add(new ControlInstruction.Wait(semaphore, 1));
        }
        last = queue;
        return with(queue, instruction);
    }

    /** Appends an instruction that waits for nothing. */
    Stream with(Queue queue, Instruction instruction) {
        queues.get(queue).add(instruction);
        return this;
    }

    /** Adds a constant and loads it whole. */
    Stream constant(String name, byte[] data, int scratchpad) {
        segments.add(Segment.constant(name, next, data));
        return load(data.length, scratchpad);
    }

    /** Adds an input and loads it whole. */
    Stream input(String name, int size, int scratchpad) {
        segments.add(Segment.space(name, Segment.Kind.INPUT, next, size));
        return load(size, scratchpad);
    }

    private Stream load(int size, int scratchpad) {
        then(Queue.DMA_IN, new DmaInstruction.DmaIn(next, 0, 0, new Block(scratchpad, 0, 0), new Extent(size, 1, 1)));
        advance(size);
        return this;
    }

    /** Adds an output and stores it whole. */
    Stream output(String name, int size, int scratchpad) {
        segments.add(Segment.space(name, Segment.Kind.OUTPUT, next, size));
        then(Queue.DMA_OUT, new DmaInstruction.DmaOut(new Block(scratchpad, 0, 0), next, 0, 0, new Extent(size, 1, 1)));
        advance(size);
        return this;
    }

    /** Adds a segment that nothing is loaded from by itself. */
    Stream segment(String name, Segment.Kind kind, int size) {
        segments.add(Segment.space(name, kind, next, size));
        advance(size);
        return this;
    }

    private void advance(int size) {
        next += (size + 63) / 64 * 64;
    }

    Program program() {
        queues.values().forEach(q -> q.add(new ControlInstruction.Halt()));
        return new Program("test", machine, List.of("layer"), segments, queues);
    }
}
