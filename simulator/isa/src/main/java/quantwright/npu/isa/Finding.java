package quantwright.npu.isa;

/**
 * Something a machine would reject.
 *
 * @param code    what kind
 * @param queue   queue of the instruction, or null where the program as a whole is meant
 * @param index   index in the queue, or -1
 * @param message what is wrong, with the numbers
 */
public record Finding(Code code, Queue queue, int index, String message) {

    /** Kinds of findings. */
    public enum Code {
        /** Segments overlap or leave DRAM. */
        SEGMENT,
        /** An instruction in a queue whose unit cannot execute it. */
        WRONG_QUEUE,
        /** A queue does not end with its only halt. */
        HALT,
        /** A mark of a layer the program does not name. */
        LAYER,
        /** DRAM is accessed outside every segment, or a constant or an input is written. */
        DRAM,
        /** The scratchpad is accessed outside its size. */
        SCRATCHPAD,
        /** The accumulator memory is accessed outside its size. */
        ACCUMULATORS,
        /** An address or pitch is not aligned as its use needs. */
        ALIGNMENT,
        /** Rows of a result overlap. */
        OVERLAP,
        /** A tile larger than the array, operands that do not fit each other, or a buffer that holds another tile. */
        TILE,
        /** Something the machine does not have. */
        UNSUPPORTED,
        /** A semaphore that does not exist, or that two queues signal or two wait for. */
        SEMAPHORE,
        /** Queues hold each other up for ever. */
        DEADLOCK,
        /** A semaphore is not back at 0 when the program ends, so that it cannot run again. */
        SEMAPHORE_LEFT
    }

    @Override
    public String toString() {
        String place = queue == null ? "program" : index < 0 ? queue.text() : queue.text() + " instruction " + index;
        return place + ": " + message + " [" + Names.kebab(code.name()) + "]";
    }
}
