package quantwright.simulator;

import quantwright.npu.isa.Queue;

/** Sees a functional run instruction by instruction. */
@FunctionalInterface
public interface ExecutionListener {
    /** Sees nothing. */
    ExecutionListener NONE = (queue, index, memory) -> { };

    /** Instruction {@code index} of a queue has been executed; {@code memory} is valid during the call. */
    void executed(Queue queue, int index, Memory memory);

    /** Contents of the machine's memories. */
    interface Memory {
        /** A copy of bytes of the scratchpad. */
        byte[] scratchpad(int address, int bytes);

        /** A copy of bytes of DRAM, which lie in one segment. */
        byte[] dram(long address, int bytes);
    }
}
