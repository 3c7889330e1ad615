package quantwright.backend.npu.emit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Queue;

/**
 * Finds for each instruction which instructions of other queues must have finished before it, and leaves out what is
 * implied: by an earlier wait of the same queue, or by what those waited for themselves (vector clocks).
 */
public final class Scheduler {
    private static final int QUEUES = Queue.values().length;

    private final List<Recorder.Entry> entries;
    /** Position of each entry in its queue. */
    private final int[] position;
    /** What each entry's queue knows to be finished when the entry is: a position for each queue, exclusive. */
    private final int[] clocks;
    private final Map<Space, Hazards> hazards = new EnumMap<>(Space.class);
    /** Entries of each queue, as indices into {@link #entries}. */
    private final List<List<Integer>> queues = new ArrayList<>();

    private Scheduler(Recorder recorder) {
        entries = recorder.entries();
        position = new int[entries.size()];
        clocks = new int[entries.size() * QUEUES];
        for (Space space : Space.values()) {
            hazards.put(space, new Hazards());
        }
        for (int q = 0; q < QUEUES; q++) {
            queues.add(new ArrayList<>());
        }
    }

    /**
     * The instructions of each queue, ordered by semaphores.
     *
     * @param semaphores how many the machine has; one is needed for each pair of queues that depend on each other
     * @param limit greatest value of a semaphore
     * @throws IllegalArgumentException if there are too few semaphores
     */
    public static Map<Queue, List<Instruction>> schedule(Recorder recorder, int semaphores, int limit) {
        Scheduler scheduler = new Scheduler(recorder);
        int[] waits = scheduler.dependencies();
        return new SemaphoreEmitter(scheduler.entries, waits, semaphores, limit).emit();
    }

    /** For each entry and queue: the entry of that queue to wait for, or -1. */
    private int[] dependencies() {
        int[] waits = new int[entries.size() * QUEUES];
        Arrays.fill(waits, -1);
        int[][] known = new int[QUEUES][QUEUES];
        int[] needed = new int[QUEUES];
        for (int i = 0; i < entries.size(); i++) {
            Recorder.Entry entry = entries.get(i);
            int q = entry.queue().ordinal();
            Arrays.fill(needed, 0);
            int index = i;
            Footprint.of(entry.instruction(), (space, start, end, write) -> {
                if (write) {
                    hazards.get(space).write(start, end, index, d -> need(needed, d));
                } else {
                    hazards.get(space).read(start, end, q, index, d -> need(needed, d));
                }
            });
            reduce(needed, known[q], q, waits, i * QUEUES);
            position[i] = queues.get(q).size();
            queues.get(q).add(i);
            known[q][q] = position[i] + 1;
            System.arraycopy(known[q], 0, clocks, i * QUEUES, QUEUES);
        }
        return waits;
    }

    private void need(int[] needed, int dependency) {
        int q = entries.get(dependency).queue().ordinal();
        needed[q] = Math.max(needed[q], position[dependency] + 1);
    }

    /** Stores the waits that remain from {@code waits[at]} on, taking over what they imply. */
    private void reduce(int[] needed, int[] known, int queue, int[] waits, int at) {
        for (int p = 0; p < QUEUES; p++) {
            if (p == queue || needed[p] <= known[p] || impliedByAnother(needed, known, queue, p)) {
                continue;
            }
            waits[at + p] = queues.get(p).get(needed[p] - 1);
        }
        for (int p = 0; p < QUEUES; p++) {
            if (waits[at + p] >= 0) {
                int clock = waits[at + p] * QUEUES;
                for (int k = 0; k < QUEUES; k++) {
                    known[k] = k == queue ? known[k] : Math.max(known[k], clocks[clock + k]);
                }
            }
        }
    }

    private boolean impliedByAnother(int[] needed, int[] known, int queue, int p) {
        for (int other = 0; other < QUEUES; other++) {
            if (other != p && other != queue && needed[other] > known[other]
                    && clocks[queues.get(other).get(needed[other] - 1) * QUEUES + p] >= needed[p]) {
                return true;
            }
        }
        return false;
    }
}
