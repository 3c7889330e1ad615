package quantwright.simulator;

/**
 * What happened, counted. Bytes are those the program moves; a channel's occupied bytes include bursts that are not
 * full.
 *
 * @param macs               multiply-accumulates
 * @param macPicojoules      their energy at the nominal voltage
 * @param accumulatorReads   accumulators read
 * @param accumulatorWrites  accumulators written
 * @param scratchpadRead     bytes read from the scratchpad
 * @param scratchpadWritten  bytes written to it
 * @param vectorElements     elements, taps or bytes the vector unit handled
 * @param dmaBytes           bytes the DMA engines moved, fills included
 * @param dramRead           bytes read from DRAM
 * @param dramWritten        bytes written to DRAM
 * @param flashRead          bytes read from the memory of constants, if there is one
 * @param dramOccupied       bytes of DRAM bursts
 * @param flashOccupied      bytes of bursts of the memory of constants
 */
public record Events(long macs, double macPicojoules, long accumulatorReads, long accumulatorWrites,
        long scratchpadRead, long scratchpadWritten, long vectorElements, long dmaBytes, long dramRead, long dramWritten,
        long flashRead, long dramOccupied, long flashOccupied) {

    /** Nothing. */
    public static final Events NONE = new Events(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Sum of two. */
    public Events plus(Events o) {
        return new Events(macs + o.macs, macPicojoules + o.macPicojoules, accumulatorReads + o.accumulatorReads,
            accumulatorWrites + o.accumulatorWrites, scratchpadRead + o.scratchpadRead,
            scratchpadWritten + o.scratchpadWritten, vectorElements + o.vectorElements, dmaBytes + o.dmaBytes,
            dramRead + o.dramRead, dramWritten + o.dramWritten, flashRead + o.flashRead, dramOccupied + o.dramOccupied,
            flashOccupied + o.flashOccupied);
    }

    /** Bytes through the external memories. */
    public long externalBytes() {
        return dramRead + dramWritten + flashRead;
    }

    /** Bytes through the scratchpad's ports. */
    public long scratchpadBytes() {
        return scratchpadRead + scratchpadWritten;
    }
}
