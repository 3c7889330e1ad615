package quantwright.backend.npu.plan;

import java.util.List;

/**
 * How a layer is cut.
 *
 * @param bandRows output rows of a band, the unit in which maps outside the scratchpad are brought in and out
 * @param slots bytes of each buffer that constants are loaded to
 * @param stages bytes of each buffer that bands of maps outside the scratchpad are brought to: for each such input, then
 *        the output
 * @param cost what it is expected to take
 * @param choice what the layer itself chose; null if there is nothing to choose
 */
public record Tiling(int bandRows, List<Integer> slots, List<Integer> stages, Cost cost, Object choice) {
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
     * @param serial cycles that overlap nothing: the first load, the last result
     * @param external bytes to and from DRAM
     */
    public record Cost(double array, double vector, double dmaIn, double dmaOut, double serial, long external) {
        /** Cycles in all, units overlapping; memory is shared by both DMA directions. */
        public double cycles(double channelCycles) {
            return Math.max(Math.max(array, vector), Math.max(Math.max(dmaIn, dmaOut), channelCycles)) + serial;
        }

        /**
         * What tiles are compared by: the cycles, and a share of every unit's own, since units never overlap wholly and
         * idle ones save energy.
         */
        public double score(double channelCycles) {
            return cycles(channelCycles) + (array + vector + dmaIn + dmaOut) * UNHIDDEN;
        }

        private static final double UNHIDDEN = 0.125;
    }
}
