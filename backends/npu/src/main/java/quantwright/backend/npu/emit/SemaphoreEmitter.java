package quantwright.backend.npu.emit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Queue;

/**
 * Writes the queues with the semaphore operations that carry dependencies. One semaphore for each ordered pair of queues:
 * its signals and its waits have the same order, so the n-th wait takes the n-th signal. Executed one by one in the order
 * of recording, every wait finds its signal, and no semaphore passes its limit: where it would, the waiting queue takes
 * one signal early. That order is one the machine may take, hence no order deadlocks.
 */
final class SemaphoreEmitter {
    private static final int QUEUES = Queue.values().length;

    private final List<Recorder.Entry> entries;
    /** For each entry and queue: the entry of that queue to wait for, or -1. */
    private final int[] waits;
    private final int semaphores;
    private final int limit;
    private final Map<Queue, List<Instruction>> streams = new EnumMap<>(Queue.class);
    private final int[] layers = {-1, -1, -1, -1};
    private final int[][] semaphoreOf = new int[QUEUES][QUEUES];
    private final int[][] pending = new int[QUEUES][QUEUES];
    private final int[][] takenEarly = new int[QUEUES][QUEUES];
    /** Operations by semaphore: there are many of each. */
    private final List<ControlInstruction> signalOf = new ArrayList<>();
    private final List<ControlInstruction> waitOf = new ArrayList<>();
    private int used;

    SemaphoreEmitter(List<Recorder.Entry> entries, int[] waits, int semaphores, int limit) {
        this.entries = entries;
        this.waits = waits;
        this.semaphores = semaphores;
        this.limit = limit;
        for (Queue queue : Queue.values()) {
            streams.put(queue, new ArrayList<>());
            java.util.Arrays.fill(semaphoreOf[queue.ordinal()], -1);
        }
    }

    Map<Queue, List<Instruction>> emit() {
        int[] signals = new int[entries.size()];
        for (int i = 0; i < entries.size(); i++) {
            for (int p = 0; p < QUEUES; p++) {
                int on = waits[i * QUEUES + p];
                if (on >= 0) {
                    signals[on] |= 1 << entries.get(i).queue().ordinal();
                }
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            entry(entries.get(i), i * QUEUES, signals[i]);
        }
        streams.values().forEach(s -> s.add(new ControlInstruction.Halt()));
        return streams;
    }

    private void entry(Recorder.Entry entry, int firstWait, int signals) {
        Queue queue = entry.queue();
        int q = queue.ordinal();
        List<Instruction> stream = streams.get(queue);
        if (layers[q] != entry.layer()) {
            layers[q] = entry.layer();
            stream.add(new ControlInstruction.Mark(entry.layer()));
        }
        for (int p = 0; p < QUEUES; p++) {
            if (waits[firstWait + p] >= 0) {
                take(p, q);
            }
        }
        stream.add(entry.instruction());
        for (int r = 0; r < QUEUES; r++) {
            if ((signals >> r & 1) != 0) {
                if (pending[q][r] == limit) {
                    takenEarly[q][r]++;
                    waitFor(q, r);
                }
                pending[q][r]++;
                stream.add(signalOf.get(semaphore(q, r)));
            }
        }
    }

    private void take(int from, int to) {
        if (takenEarly[from][to] > 0) {
            takenEarly[from][to]--;
        } else {
            waitFor(from, to);
        }
    }

    private void waitFor(int from, int to) {
        pending[from][to]--;
        streams.get(Queue.values()[to]).add(waitOf.get(semaphore(from, to)));
    }

    private int semaphore(int from, int to) {
        if (semaphoreOf[from][to] < 0) {
            if (used == semaphores) {
                throw new IllegalArgumentException("the program needs more than the machine's " + semaphores
                        + " semaphores");
            }
            signalOf.add(new ControlInstruction.Signal(used, 1));
            waitOf.add(new ControlInstruction.Wait(used, 1));
            semaphoreOf[from][to] = used++;
        }
        return semaphoreOf[from][to];
    }
}
