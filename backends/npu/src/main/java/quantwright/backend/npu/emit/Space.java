package quantwright.backend.npu.emit;

/** A memory that instructions of different queues share. */
enum Space {
    /** External memory. */
    DRAM,
    /** On-chip memory of operands and results. */
    SCRATCHPAD,
    /** Accumulator memory, in words. */
    ACCUMULATORS
}
