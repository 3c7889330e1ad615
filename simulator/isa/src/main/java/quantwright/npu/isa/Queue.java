package quantwright.npu.isa;

/** The four units of the machine. Each issues its own instructions in order, one at a time. */
public enum Queue {
    /** Copies from DRAM to the scratchpad, and fills. */
    DMA_IN,
    /** Multiply-accumulate array with its stationary buffers. */
    ARRAY,
    /** Requantizes accumulators; pools, combines and maps scratchpad data. */
    VECTOR,
    /** Copies from the scratchpad to DRAM. */
    DMA_OUT;

    /** Name in text, for example {@code dma-in}. */
    public String text() {
        return Names.kebab(name());
    }
}
