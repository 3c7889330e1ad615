package quantwright.simulator.timing;

import quantwright.npu.isa.Queue;

/** Something an instruction asks for that the machine's profile does not list. */
public final class UnsupportedPair extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Queue queue;
    private final int index;

    UnsupportedPair(String message) {
        this(message, null, -1);
    }

    private UnsupportedPair(String message, Queue queue, int index) {
        super(message);
        this.queue = queue;
        this.index = index;
    }

    /** The same, of an instruction. */
    UnsupportedPair of(Queue of, int at) {
        return new UnsupportedPair(getMessage(), of, at);
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
