package quantwright.simulator;

import java.util.Locale;

/** Why a unit does no useful work. */
public enum StallCause {
    /** Waits for a semaphore that DMA-in moves. */
    WAIT_DMA_IN,
    /** Waits for a semaphore that the array moves. */
    WAIT_ARRAY,
    /** Waits for a semaphore that the vector unit moves. */
    WAIT_VECTOR,
    /** Waits for a semaphore that DMA-out moves. */
    WAIT_DMA_OUT,
    /** A DMA instruction's set-up and the memory's latency. */
    DMA_LATENCY,
    /** The external memory's channel is taken by another transfer, or slower than the engine. */
    BANDWIDTH,
    /** Several accesses want the same scratchpad bank. */
    BANK_CONFLICT,
    /** The array fills with operands or drains of results. */
    FILL_DRAIN,
    /** The array waits for its stationary tile. */
    STATIONARY_LOAD,
    /** The vector unit's constant latency. */
    START_UP,
    /** All instructions are done; others are not. */
    FINISHED;

    /** Lower case with hyphens. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
