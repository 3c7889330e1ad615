package quantwright.simulator.functional;

import quantwright.npu.isa.Queue;

/** An instruction that cannot be executed with the parameters it finds in memory. */
public final class ExecutionFault extends Exception {
    private static final long serialVersionUID = 1L;
    private final Queue queue;
    private final int index;

    ExecutionFault(Queue queue, int index, RuntimeException cause) {
        super(cause.getMessage(), cause);
        this.queue = queue;
        this.index = index;
    }

    /** Queue of the instruction. */
    public Queue queue() {
        return queue;
    }

    /** Index in the queue. */
    public int index() {
        return index;
    }
}
