package quantwright.simulator.timing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;

/**
 * Runs the four queues against each other. A semaphore is two lists of units with times: those that were signalled and
 * those of the room left; a wait takes of the first and gives to the second, a signal the other way round. As each
 * semaphore joins two queues, the times are a system of maxima and sums that has one solution, found in any order.
 */
final class Sequencer {
    private final Program program;
    private final Units units;
    private final Map<Integer, Semaphore> semaphores = new HashMap<>();
    private final int[] at = new int[Queue.values().length];
    private final long[] now = new long[Queue.values().length];

    private static final class Semaphore {
        private final Tokens signalled = new Tokens(0);
        private final Tokens room;
        private Queue signaller;
        private Queue waiter;

        Semaphore(int limit) {
            room = new Tokens(limit);
        }
    }

    Sequencer(Program program, Units units) {
        this.program = program;
        this.units = units;
        for (Queue queue : Queue.values()) {
            for (Instruction instruction : program.queue(queue)) {
                if (instruction instanceof ControlInstruction.Wait(int semaphore, int _)) {
                    semaphore(semaphore).waiter = queue;
                } else if (instruction instanceof ControlInstruction.Signal(int semaphore, int _)) {
                    semaphore(semaphore).signaller = queue;
                }
            }
        }
    }

    private Semaphore semaphore(int index) {
        return semaphores.computeIfAbsent(index, _ -> new Semaphore(program.machine().semaphoreLimit()));
    }

    /** Runs as far as it goes; whether all queues came to their end. */
    boolean run() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Queue queue : Queue.values()) {
                moved |= advance(queue);
            }
        }
        boolean finished = true;
        for (Queue queue : Queue.values()) {
            finished &= at(queue) == program.queue(queue).size();
        }
        return finished;
    }

    /** Index of a queue's next instruction. */
    int at(Queue queue) {
        return at[queue.ordinal()];
    }

    /** When a queue reached its next instruction. */
    long time(Queue queue) {
        return now[queue.ordinal()];
    }

    private boolean advance(Queue queue) {
        List<Instruction> stream = program.queue(queue);
        int q = queue.ordinal();
        int from = at[q];
        while (at[q] < stream.size()) {
            long next = step(queue, at[q], stream.get(at[q]), now[q]);
            if (next == Units.BLOCKED) {
                break;
            }
            now[q] = next;
            at[q]++;
        }
        return at[q] > from;
    }

    private long step(Queue queue, int index, Instruction instruction, long time) {
        return switch (instruction) {
            case ControlInstruction.Wait(int semaphore, int count) -> {
                Semaphore s = semaphore(semaphore);
                if (s.signalled.count() < count) {
                    yield Units.BLOCKED;
                }
                long there = Math.max(time, s.signalled.take(count));
                units.waited(queue, s.signaller, time, there);
                s.room.add(count, there);
                yield there;
            }
            case ControlInstruction.Signal(int semaphore, int count) -> {
                Semaphore s = semaphore(semaphore);
                if (s.room.count() < count) {
                    yield Units.BLOCKED;
                }
                long done = units.drained(queue, time);
                long there = Math.max(done, s.room.take(count));
                // A semaphore that nobody waits for blocks for ever, and never gets here with room missing.
                units.waited(queue, s.waiter == null ? queue : s.waiter, done, there);
                s.signalled.add(count, there);
                yield there;
            }
            case ControlInstruction.Mark(int layer) -> {
                units.mark(queue, layer);
                yield time;
            }
            case ControlInstruction.Halt _ -> units.drained(queue, time);
            default -> units.execute(queue, index, instruction, time);
        };
    }
}
