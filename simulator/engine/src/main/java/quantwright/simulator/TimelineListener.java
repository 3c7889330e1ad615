package quantwright.simulator;

import quantwright.npu.isa.Queue;

/** Hears what happens when. Times are ticks; {@link Timing#TICKS} make a cycle. */
public interface TimelineListener {
    /** Ignores everything. */
    TimelineListener NONE = new TimelineListener() {
        @Override
        public void executed(Queue queue, int index, int layer, long start, long end) {
            // Ignored.
        }

        @Override
        public void stalled(Queue queue, int layer, StallCause cause, long start, long end) {
            // Ignored.
        }
    };

    /**
     * An instruction ran. Loads of stationary tiles may overlap products of the same queue.
     *
     * @param layer index of the layer, -1 before the first mark
     */
    void executed(Queue queue, int index, int layer, long start, long end);

    /** A unit stood still, or did nothing useful. */
    void stalled(Queue queue, int layer, StallCause cause, long start, long end);
}
