package quantwright.npu.isa;

/** One command of the machine. Every component of a record carries its meaning and range in {@link Field}. */
public sealed interface Instruction permits DmaInstruction, ArrayInstruction, VectorInstruction, ControlInstruction {

    /** Whether a queue's unit can execute it. */
    boolean runsOn(Queue queue);
}
