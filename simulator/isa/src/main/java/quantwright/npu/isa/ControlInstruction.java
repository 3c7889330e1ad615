package quantwright.npu.isa;

/** Commands of every queue's sequencer. */
public sealed interface ControlInstruction extends Instruction {

    @Override
    default boolean runsOn(Queue queue) {
        return true;
    }

    /** Takes from a semaphore. */
    @Operation(opcode = 0x01, mnemonic = "wait", summary = "Holds the queue until the semaphore is at least count, then"
        + " takes count from it.")
    record Wait(
            @Field(value = "semaphore", max = 65535) int semaphore,
            @Field(value = "amount", min = 1, max = 65535) int count) implements ControlInstruction {
    }

    /** Adds to a semaphore. */
    @Operation(opcode = 0x02, mnemonic = "signal", summary = "Once all earlier instructions of the queue have finished"
        + " and the semaphore can rise by count without passing its limit, adds count to it.")
    record Signal(
            @Field(value = "semaphore", max = 65535) int semaphore,
            @Field(value = "amount", min = 1, max = 65535) int count) implements ControlInstruction {
    }

    /** Names the layer of what follows. */
    @Operation(opcode = 0x03, mnemonic = "mark", summary = "States the layer that the queue's following instructions"
        + " belong to; takes no time.")
    record Mark(@Field("index into the layer table") int layer) implements ControlInstruction {
    }

    /** Ends a queue. */
    @Operation(opcode = 0x04, mnemonic = "halt", summary = "Ends the queue; the last instruction of each. The program"
        + " is finished when all four queues are.")
    record Halt() implements ControlInstruction {
    }
}
