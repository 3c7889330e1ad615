package quantwright.npu.isa;

/**
 * The machine a program was built for: what its correctness depends on. What only speed and energy depend on is in the
 * hardware profile.
 *
 * @param arrayRows         rows of the array
 * @param arrayColumns      columns of the array
 * @param dataflow          what rests in the array
 * @param stationaryBuffers stationary tiles held at once; 2 allows loading one while another is used
 * @param scratchpadBytes   size of the scratchpad
 * @param scratchpadBanks   its banks; the profile states which one a byte lies in
 * @param bankWidth         bytes a bank gives per cycle
 * @param accumulatorWords  accumulators in the accumulator memory
 * @param accumulatorBits   width of an accumulator
 * @param dramBytes         size of DRAM
 * @param dmaAlignment      what DMA addresses and used pitches must be a multiple of, a power of two
 * @param semaphores        number of semaphores
 * @param semaphoreLimit    greatest value of a semaphore
 * @param depthwise         whether the array executes {@code depthwise}
 * @param activations16     whether 16-bit activations are accepted
 * @param leastWeightBits   narrowest weights accepted: 8, 4, 2 or 1
 * @param outputPool        largest side of a window that {@code requantize.pool} reduces; 0 if there is no such unit
 */
public record MachineParameters(
        @Field(value = "rows of the array", min = 1, max = 65536) int arrayRows,
        @Field(value = "columns of the array", min = 1, max = 65536) int arrayColumns,
        @Field("what rests in the array") Dataflow dataflow,
        @Field(value = "stationary tiles held at once", min = 1, max = 16) int stationaryBuffers,
        @Field(value = "size of the scratchpad", min = 1) int scratchpadBytes,
        @Field(value = "banks of the scratchpad", min = 1, max = 65536) int scratchpadBanks,
        @Field(value = "bytes a bank gives per cycle", min = 1, max = 65536) int bankWidth,
        @Field(value = "accumulators in the accumulator memory", min = 1) int accumulatorWords,
        @Field(value = "width of an accumulator", min = 16, max = 64) int accumulatorBits,
        @Field(value = "size of DRAM", min = 1, max = MAX_DRAM) long dramBytes,
        @Field(value = "alignment of DMA, bytes, a power of two", min = 1, max = 65536) int dmaAlignment,
        @Field(value = "number of semaphores", min = 1, max = 65536) int semaphores,
        @Field(value = "greatest value of a semaphore", min = 1, max = 65535) int semaphoreLimit,
        @Field("the array executes depthwise") boolean depthwise,
        @Field("16-bit activations are accepted") boolean activations16,
        @Field(value = "narrowest weights accepted", min = 1, max = 8) int leastWeightBits,
        @Field(value = "largest side of a window pooled on the way out of the accumulators; 0 if none are",
            max = PoolWindows.MAX_SIDE) int outputPool) {

    /** Greatest size of DRAM: 2^48 bytes. */
    public static final long MAX_DRAM = 1L << 48;

    /**
     * Checks what a range cannot say.
     *
     * @throws IllegalArgumentException if the alignment or the least weight width is no power of two; the other ranges
     *                                  are checked by {@link Program}
     */
    public MachineParameters {
        if (Integer.bitCount(dmaAlignment) != 1 || Integer.bitCount(leastWeightBits) != 1) {
            throw new IllegalArgumentException("dma-alignment " + dmaAlignment + " and least-weight-bits "
                + leastWeightBits + " must be powers of two");
        }
    }
}
