package quantwright.simulator.timing;

import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Queue;

/** What executes instructions for {@link Sequencer}. Times never decrease along a queue. */
interface Units {
    /** Result of {@link #execute} if the instruction has to wait for another queue's first. */
    long BLOCKED = -1;

    /** Issues an instruction that the queue reached at {@code now}; when the queue goes on, or {@link #BLOCKED}. */
    long execute(Queue queue, int index, Instruction instruction, long now);

    /** When all that the queue issued is done, at {@code now} or later. */
    long drained(Queue queue, long now);

    /** A semaphore held a queue for what another queue had to do first. */
    void waited(Queue queue, Queue other, long from, long to);

    /** The queue's instructions belong to another layer. */
    void mark(Queue queue, int layer);
}
