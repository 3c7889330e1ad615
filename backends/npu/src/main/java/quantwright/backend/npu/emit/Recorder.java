package quantwright.backend.npu.emit;

import java.util.ArrayList;
import java.util.List;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Queue;

/**
 * Collects instructions in the order in which one thread would execute them. Overlap between queues follows from what
 * instructions touch: {@link Scheduler} lets each run as soon as that allows.
 */
public final class Recorder {
    /**
     * One instruction.
     *
     * @param queue where it runs
     * @param layer index of the layer it belongs to
     * @param instruction what it does
     */
    record Entry(Queue queue, int layer, Instruction instruction) {
    }

    private final List<Entry> entries = new ArrayList<>();
    private int layer;

    /** Everything added from here on belongs to the layer of this index. */
    public void beginLayer(int index) {
        layer = index;
    }

    /** Appends an instruction. */
    public void add(Queue queue, Instruction instruction) {
        entries.add(new Entry(queue, layer, instruction));
    }

    /** Number of instructions so far. */
    public int size() {
        return entries.size();
    }

    List<Entry> entries() {
        return entries;
    }
}
