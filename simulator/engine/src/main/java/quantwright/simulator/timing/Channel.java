package quantwright.simulator.timing;

import java.util.List;

/** An external memory's channel, which serves transfers one after another in an order fixed beforehand. */
final class Channel {
    private final List<Reference.Span> order;
    private int next;
    private long free;

    Channel(List<Reference.Span> order) {
        this.order = order;
    }

    /** Whether it is this transfer's turn. */
    boolean isNext(quantwright.npu.isa.Queue queue, int index) {
        Reference.Span span = order.get(next);
        return span.queue() == queue && span.index() == index;
    }

    /** Serves the next transfer, which asks at {@code time}; when it starts. */
    long serve(long time, long ticks) {
        long start = Math.max(time, free);
        free = start + ticks;
        next++;
        return start;
    }
}
