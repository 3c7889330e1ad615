package quantwright.backend.npu.plan;

import java.util.List;

/**
 * How a layer is cut.
 *
 * @param bandRows output rows of a band, the unit in which maps outside the scratchpad are brought in and out
 * @param bandColumns output pixels across a band; the whole width where every map stays
 * @param slots bytes of each buffer that constants are loaded to
 * @param stages bytes of each buffer that bands of maps outside the scratchpad are brought to: for each such input, then
 *        the output
 * @param cost what it is expected to take
 * @param choice what the layer itself chose; null if there is nothing to choose
 */
public record Tiling(int bandRows, int bandColumns, List<Integer> slots, List<Integer> stages, Cost cost, Object choice) {
    /** Copies the lists. */
    public Tiling {
        slots = List.copyOf(slots);
        stages = List.copyOf(stages);
    }

    /** Working memory, each buffer aligned. */
    public long bytes(int alignment) {
        long sum = 0;
        for (int b : slots) {
            sum += Feature.align(b, alignment);
        }
        for (int b : stages) {
            sum += Feature.align(b, alignment);
        }
        return sum;
    }

    /**
     * Busy cycles of each unit and what is moved.
     *
     * @param array MAC array
     * @param vector vector unit
     * @param dmaIn DMA in
     * @param dmaOut DMA out
     * @param tail cycles at the end that overlap nothing of the layer itself
     * @param channel cycles that the slower of the external memories' channels is taken
     * @param traffic bytes moved
     */
    public record Cost(double array, double vector, double dmaIn, double dmaOut, double tail, double channel,
                       Traffic traffic) {
        private static final double UNHIDDEN = 0.125;

        /** Cycles in all, units overlapping. */
        public double cycles() {
            return Math.max(Math.max(array, vector), Math.max(Math.max(dmaIn, dmaOut), channel)) + tail;
        }

        /**
         * What tiles are compared by: the cycles, and a share of every unit's own, since units never overlap wholly and
         * idle ones save energy.
         */
        public double score() {
            return cycles() + (array + vector + dmaIn + dmaOut) * UNHIDDEN;
        }
    }

    /**
     * Bytes moved and work done.
     *
     * @param constants bytes of constants brought in
     * @param maps bytes of maps brought in and out
     * @param scratchpad bytes read and written in the scratchpad
     * @param macs multiply-accumulates executed
     * @param sums accumulators read and written
     * @param elements elements through the vector unit
     */
    public record Traffic(long constants, long maps, double scratchpad, double macs, double sums, double elements) {
        /** Bytes to and from external memory. */
        public long external() {
            return constants + maps;
        }
    }
}
