package quantwright.npu.isa;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Executes the semaphore operations of all queues. Each semaphore has one queue that signals it and one that waits for
 * it, so an operation that can proceed stays able to until it does: every order of execution ends in the same state,
 * and
 * one order decides.
 */
final class SemaphoreCheck {
    private final Program program;
    private final MachineParameters machine;
    private final Consumer<Finding> report;
    private boolean sound = true;

    SemaphoreCheck(Program program, MachineParameters machine, Consumer<Finding> report) {
        this.program = program;
        this.machine = machine;
        this.report = report;
    }

    void run() {
        var signallers = new HashMap<Integer, Queue>();
        var waiters = new HashMap<Integer, Queue>();
        for (Queue queue : Queue.values()) {
            List<Instruction> stream = program.queue(queue);
            for (int i = 0; i < stream.size(); i++) {
                switch (stream.get(i)) {
                    case ControlInstruction.Wait(int semaphore, int count) ->
                        use(waiters, "waits for", queue, i, semaphore, count);
                    case ControlInstruction.Signal(int semaphore, int count) ->
                        use(signallers, "signals", queue, i, semaphore, count);
                    default -> {
                        // Only semaphore operations order the queues.
                    }
                }
            }
        }
        if (sound) {
            execute();
        }
    }

    private void use(Map<Integer, Queue> users, String verb, Queue queue, int index, int semaphore, int count) {
        Queue first = users.putIfAbsent(semaphore, queue);
        String message = null;
        if (semaphore >= machine.semaphores()) {
            message = "semaphore " + semaphore + " of " + machine.semaphores();
        } else if (count > machine.semaphoreLimit()) {
            message = "count " + count + " exceeds the limit " + machine.semaphoreLimit() + " of a semaphore";
        } else if (first != null && first != queue) {
            message = "queue " + first.text() + " " + verb + " semaphore " + semaphore + " already";
        }
        if (message != null) {
            sound = false;
            report.accept(new Finding(Finding.Code.SEMAPHORE, queue, index, message));
        }
    }

    private void execute() {
        var values = new TreeMap<Integer, Integer>();
        var at = new int[Queue.values().length];
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Queue queue : Queue.values()) {
                int before = at[queue.ordinal()];
                at[queue.ordinal()] = advance(program.queue(queue), before, values);
                moved |= at[queue.ordinal()] != before;
            }
        }
        boolean finished = true;
        for (Queue queue : Queue.values()) {
            int index = at[queue.ordinal()];
            if (index < program.queue(queue).size()) {
                finished = false;
                report.accept(new Finding(Finding.Code.DEADLOCK, queue, index,
                    blocked(program.queue(queue).get(index), values)));
            }
        }
        if (finished) {
            values.forEach((semaphore, value) -> {
                if (value != 0) {
                    report.accept(new Finding(Finding.Code.SEMAPHORE_LEFT, null, -1, "semaphore " + semaphore
                        + " ends at " + value));
                }
            });
        }
    }

    /** Runs a queue until an operation cannot proceed; its index, or the queue's size. */
    private int advance(List<Instruction> stream, int from, Map<Integer, Integer> values) {
        for (int i = from; i < stream.size(); i++) {
            switch (stream.get(i)) {
                case ControlInstruction.Wait(int semaphore, int count) -> {
                    int value = values.getOrDefault(semaphore, 0);
                    if (value < count) {
                        return i;
                    }
                    values.put(semaphore, value - count);
                }
                case ControlInstruction.Signal(int semaphore, int count) -> {
                    int value = values.getOrDefault(semaphore, 0);
                    if (value + count > machine.semaphoreLimit()) {
                        return i;
                    }
                    values.put(semaphore, value + count);
                }
                default -> {
                    // Finishes by itself.
                }
            }
        }
        return stream.size();
    }

    private String blocked(Instruction instruction, Map<Integer, Integer> values) {
        return switch (instruction) {
            case ControlInstruction.Wait(int semaphore, int count) -> "waits for ever: needs " + count
                + " of semaphore " + semaphore + ", which stays at " + values.getOrDefault(semaphore, 0);
            case ControlInstruction.Signal(int semaphore, int count) -> "signals for ever: semaphore " + semaphore
                + " stays at " + values.getOrDefault(semaphore, 0) + " and may not pass " + machine.semaphoreLimit()
                + " by " + count;
            default -> throw new IllegalStateException("only semaphore operations block: " + instruction);
        };
    }
}
