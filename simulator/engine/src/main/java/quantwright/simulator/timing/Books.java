package quantwright.simulator.timing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.Queue;
import quantwright.simulator.Activity;
import quantwright.simulator.Events;
import quantwright.simulator.StallCause;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.Timing.LayerTiming;

/** Keeps account of where each unit's time goes, by layer and in all. */
final class Books {
    private final TimelineListener listener;
    private final Map<Queue, long[]> stalls = new EnumMap<>(Queue.class);
    private final Map<Queue, Intervals> busy = new EnumMap<>(Queue.class);
    private final long[] useful = new long[Queue.values().length];
    private final int[] layer = new int[Queue.values().length];
    private final List<LayerBook> layers = new ArrayList<>();
    private Events events = Events.NONE;

    private static final class LayerBook {
        private final int index;
        private long start = Long.MAX_VALUE;
        private long end;
        private Events events = Events.NONE;
        private final long[] stalls = new long[StallCause.values().length];

        LayerBook(int index) {
            this.index = index;
        }
    }

    Books(TimelineListener listener, int layerCount) {
        this.listener = listener;
        for (Queue queue : Queue.values()) {
            stalls.put(queue, new long[StallCause.values().length]);
            busy.put(queue, new Intervals());
            layer[queue.ordinal()] = -1;
        }
        for (int i = -1; i < layerCount; i++) {
            layers.add(new LayerBook(i));
        }
    }

    void mark(Queue queue, int index) {
        layer[queue.ordinal()] = index;
    }

    /** An instruction ran. */
    void executed(Queue queue, int index, Events happened, long start, long end, long usefulTicks) {
        useful[queue.ordinal()] += usefulTicks;
        events = events.plus(happened);
        busy.get(queue).add(start, end);
        LayerBook book = layers.get(layer[queue.ordinal()] + 1);
        book.start = Math.min(book.start, start);
        book.end = Math.max(book.end, end);
        book.events = book.events.plus(happened);
        listener.executed(queue, index, layer[queue.ordinal()], start, end);
    }

    /** Time of a unit without useful work. */
    void stalled(Queue queue, StallCause cause, long start, long end) {
        if (end > start) {
            stalls.get(queue)[cause.ordinal()] += end - start;
            if (queue == Queue.ARRAY) {
                layers.get(layer[queue.ordinal()] + 1).stalls[cause.ordinal()] += end - start;
            }
            listener.stalled(queue, layer[queue.ordinal()], cause, start, end);
        }
    }

    Events events() {
        return events;
    }

    Map<Queue, Activity> units() {
        var out = new EnumMap<Queue, Activity>(Queue.class);
        for (Queue queue : Queue.values()) {
            out.put(queue, new Activity(useful[queue.ordinal()], map(stalls.get(queue))));
        }
        return out;
    }

    private static Map<StallCause, Long> map(long[] ticks) {
        var out = new EnumMap<StallCause, Long>(StallCause.class);
        for (StallCause cause : StallCause.values()) {
            if (ticks[cause.ordinal()] > 0) {
                out.put(cause, ticks[cause.ordinal()]);
            }
        }
        return out;
    }

    Intervals busy() {
        return Intervals.union(List.copyOf(busy.values()));
    }

    /** Layers that did anything, by end; the last one's time reaches to the end of the program. */
    List<LayerTiming> layers(Intervals anyBusy, long total) {
        List<LayerBook> used = new ArrayList<>(layers.stream().filter(l -> l.start != Long.MAX_VALUE).toList());
        used.sort(Comparator.comparingLong((LayerBook l) -> l.end).thenComparingInt(l -> l.index));
        List<LayerTiming> out = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < used.size(); i++) {
            LayerBook l = used.get(i);
            long until = i == used.size() - 1 ? total : l.end;
            out.add(new LayerTiming(l.index, l.start, l.end, until - before, anyBusy.within(before, until), l.events,
                map(l.stalls)));
            before = until;
        }
        return out;
    }
}
