package quantwright.simulator.timing;

import java.util.Arrays;
import java.util.OptionalLong;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;

/**
 * When the reference schedule, which depends on a program alone, reaches each instruction: the cycle that is named where
 * no profile is at hand, or the program is one that no machine takes.
 */
public final class ReferenceClock implements Units {
    private static final long NEVER = -1;

    private final Reference reference;
    private final long[][] reached = new long[Queue.values().length][];

    private ReferenceClock(Program program) {
        this.reference = Reference.idle(program);
        for (Queue queue : Queue.values()) {
            reached[queue.ordinal()] = new long[program.queue(queue).size()];
            Arrays.fill(reached[queue.ordinal()], NEVER);
        }
        Sequencer sequencer = new Sequencer(program, this);
        sequencer.run();
        for (Queue queue : Queue.values()) {
            fill(reached[queue.ordinal()], sequencer.at(queue), sequencer.time(queue));
        }
    }

    /** The clock of any program that could be read, accepted or not. */
    public static ReferenceClock of(Program program) {
        return new ReferenceClock(program);
    }

    /** Control takes no time: it is reached when what comes before it has started, and at the latest when it blocks. */
    private static void fill(long[] times, int stopped, long time) {
        long last = 0;
        for (int i = 0; i < Math.min(times.length, stopped + 1); i++) {
            last = i == stopped ? time : Math.max(last, times[i]);
            times[i] = last;
        }
    }

    /** Cycle in which a queue reaches an instruction; empty if it never does. */
    public OptionalLong cycle(Queue queue, int index) {
        long cycle = reached[queue.ordinal()][index];
        return cycle == NEVER ? OptionalLong.empty() : OptionalLong.of(cycle);
    }

    @Override
    public long execute(Queue queue, int index, Instruction instruction, long now) {
        reached[queue.ordinal()][index] = now;
        try {
            return reference.execute(queue, index, instruction, now);
        } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // What no machine executes takes no time.
            return now;
        }
    }

    @Override
    public long drained(Queue queue, long now) {
        return reference.drained(queue, now);
    }

    @Override
    public void waited(Queue queue, Queue other, long from, long to) {
        // Only when instructions are reached matters here.
    }

    @Override
    public void mark(Queue queue, int layer) {
        // Layers do not matter here.
    }
}
