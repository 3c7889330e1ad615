package quantwright.simulator.timing;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import quantwright.npu.isa.Queue;
import quantwright.simulator.Timing;

/** A program that does not come to its end. */
public final class Deadlock extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Map<Queue, Integer> at = new EnumMap<>(Queue.class);
    private final long ticks;

    Deadlock(ToIntFunction<Queue> at, long ticks) {
        for (Queue queue : Queue.values()) {
            this.at.put(queue, at.applyAsInt(queue));
        }
        this.ticks = ticks;
    }

    /** Cycle in which the last unit that moved stopped. */
    public long cycle() {
        return Timing.cycles(ticks);
    }

    /** Index of the instruction that a queue does not get past; its size if it is done. */
    public int at(Queue queue) {
        return at.get(queue);
    }
}
