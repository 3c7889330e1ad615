package quantwright.simulator.timing;

import java.util.List;
import quantwright.npu.isa.Queue;

/**
 * Time that instructions lose at the scratchpad's banks. A bank serves one access a cycle; the array goes first, then the
 * vector unit, DMA-in, DMA-out. An instruction takes at least as long as the busiest of the banks that it uses needs for its
 * own accesses and those of the units before it that meet it in the reference schedule.
 */
final class Contention {
    /** Accesses below this are rounding. */
    private static final float LEAST = 1e-3f;

    private final Reference reference;
    private final Cost[][] costs;
    private static final Queue[] PRIORITY = {Queue.ARRAY, Queue.VECTOR, Queue.DMA_IN, Queue.DMA_OUT};

    Contention(Reference reference, Cost[][] costs) {
        this.reference = reference;
        this.costs = costs;
    }

    /** Ticks lost by each instruction of each queue. */
    long[][] lost() {
        var out = new long[costs.length][];
        for (int p = 0; p < PRIORITY.length; p++) {
            out[PRIORITY[p].ordinal()] = lost(p);
        }
        return out;
    }

    private long[] lost(int priority) {
        Queue queue = PRIORITY[priority];
        Cost[] own = costs[queue.ordinal()];
        var out = new long[own.length];
        var next = new int[priority];
        for (Reference.Span span : reference.spans(queue)) {
            Cost cost = own[span.index()];
            float[] demand = cost.accesses().clone();
            for (int p = 0; p < priority; p++) {
                next[p] = addOverlapping(PRIORITY[p], next[p], span, demand);
            }
            float busiest = 0;
            for (int b = 0; b < demand.length; b++) {
                // Only the banks that it uses itself keep an instruction waiting.
                busiest = cost.accesses()[b] > LEAST ? Math.max(busiest, demand[b]) : busiest;
            }
            out[span.index()] = Math.max(0, Costs.ticks(busiest) - cost.useful());
        }
        return out;
    }

    /** Adds the share of another unit's accesses that meets a span; where to go on for the next span. */
    private int addOverlapping(Queue other, int from, Reference.Span span, float[] demand) {
        List<Reference.Span> spans = reference.spans(other);
        int first = from;
        while (first < spans.size() && spans.get(first).end() <= span.start()) {
            first++;
        }
        for (int i = first; i < spans.size() && spans.get(i).start() < span.end(); i++) {
            Reference.Span s = spans.get(i);
            float share = (float) (Math.min(s.end(), span.end()) - Math.max(s.start(), span.start()))
                / (s.end() - s.start());
            float[] accesses = costs[other.ordinal()][s.index()].accesses();
            for (int b = 0; share > 0 && b < demand.length; b++) {
                demand[b] += share * accesses[b];
            }
        }
        return first;
    }
}
