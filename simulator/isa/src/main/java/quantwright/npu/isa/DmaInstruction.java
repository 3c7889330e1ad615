package quantwright.npu.isa;

/** Copies between DRAM and scratchpad. Bytes are copied plane by plane, row by row, in ascending order. */
public sealed interface DmaInstruction extends Instruction {

    /** DRAM to scratchpad. */
    @Operation(opcode = 0x10, mnemonic = "dma.in", summary = "Copies a strided 2-D or 3-D block from DRAM to the"
        + " scratchpad.")
    record DmaIn(
            @Field(value = "first byte in DRAM", max = MachineParameters.MAX_DRAM, hex = true) long dram,
            @Field("DRAM bytes from row to row") int dramRowPitch,
            @Field("DRAM bytes from plane to plane") int dramPlanePitch,
            @Field("destination") Block to,
            @Field("shape") Extent size) implements DmaInstruction {
        @Override
        public boolean runsOn(Queue queue) {
            return queue == Queue.DMA_IN;
        }
    }

    /** Constant byte to scratchpad, for padding. */
    @Operation(opcode = 0x11, mnemonic = "dma.fill", summary = "Writes one byte value to a strided block of the"
        + " scratchpad; moves nothing on the DRAM channel.")
    record DmaFill(
            @Field("destination") Block to,
            @Field("shape") Extent size,
            @Field(value = "byte written", max = 255) int value) implements DmaInstruction {
        @Override
        public boolean runsOn(Queue queue) {
            return queue == Queue.DMA_IN;
        }
    }

    /** Scratchpad to DRAM. */
    @Operation(opcode = 0x12, mnemonic = "dma.out", summary = "Copies a strided 2-D or 3-D block from the scratchpad"
        + " to DRAM.")
    record DmaOut(
            @Field("source") Block from,
            @Field(value = "first byte in DRAM", max = MachineParameters.MAX_DRAM, hex = true) long dram,
            @Field("DRAM bytes from row to row") int dramRowPitch,
            @Field("DRAM bytes from plane to plane") int dramPlanePitch,
            @Field("shape") Extent size) implements DmaInstruction {
        @Override
        public boolean runsOn(Queue queue) {
            return queue == Queue.DMA_OUT;
        }
    }
}
