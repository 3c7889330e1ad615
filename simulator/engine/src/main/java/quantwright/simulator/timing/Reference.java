package quantwright.simulator.timing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.VectorInstruction;

/**
 * A schedule that depends on the program alone, at round paces. It fixes the order in which transfers take their channel
 * and which units meet at the scratchpad. As neither changes with a profile's numbers, a faster part can never make a
 * program slower, which greedy arbitration cannot promise.
 */
final class Reference implements Units {
    private static final int DMA_BYTES_PER_CYCLE = 16;
    private static final int DMA_CONSTANT = 64;
    private static final int VECTOR_CONSTANT = 8;

    private final Program program;
    private final ArrayPipe array;
    private final Map<Queue, List<Span>> spans = new EnumMap<>(Queue.class);

    /**
     * When an instruction runs.
     *
     * @param index index in its queue
     */
    record Span(Queue queue, int index, long start, long end) {
    }

    private Reference(Program program) {
        this.program = program;
        this.array = new ArrayPipe(program.machine().stationaryBuffers());
        for (Queue queue : Queue.values()) {
            spans.put(queue, new ArrayList<>());
        }
    }

    /** The units of a schedule that has not begun. */
    static Reference idle(Program program) {
        return new Reference(program);
    }

    static Reference of(Program program) {
        var reference = new Reference(program);
        new Sequencer(program, reference).run();
        return reference;
    }

    /** Instructions of a queue in order, control apart. */
    List<Span> spans(Queue queue) {
        return spans.get(queue);
    }

    /** Transfers of both DMA queues, fills included, by start. */
    List<Span> transfers() {
        List<Span> out = new ArrayList<>(spans(Queue.DMA_IN));
        out.addAll(spans(Queue.DMA_OUT));
        out.sort(Comparator.comparingLong(Span::start).thenComparing(Span::queue).thenComparingInt(Span::index));
        return out;
    }

    @Override
    public long execute(Queue queue, int index, Instruction instruction, long now) {
        int rows = program.machine().arrayRows();
        int columns = program.machine().arrayColumns();
        long ticks = switch (instruction) {
            case DmaInstruction.DmaIn d -> DMA_CONSTANT + d.size().total() / DMA_BYTES_PER_CYCLE;
            case DmaInstruction.DmaOut d -> DMA_CONSTANT + d.size().total() / DMA_BYTES_PER_CYCLE;
            case DmaInstruction.DmaFill d -> DMA_CONSTANT + d.size().total() / DMA_BYTES_PER_CYCLE;
            case ArrayInstruction.LoadWeights _, ArrayInstruction.LoadInputs _ -> rows;
            case ArrayInstruction.StreamInputs s -> s.input().rows() + rows + columns;
            case ArrayInstruction.StreamWeights s -> s.weights().columns() + (long) rows + columns;
            case ArrayInstruction.StreamBoth s -> s.input().depth() + rows + columns;
            case ArrayInstruction.Depthwise d -> d.input().rows() * d.input().taps() + rows + columns;
            case VectorInstruction v -> VECTOR_CONSTANT + elements(v) / columns;
            default -> throw new IllegalArgumentException("control takes no time");
        };
        long start = instruction instanceof ArrayInstruction a ? array.start(a, now, ticks) : now;
        spans.get(queue).add(new Span(queue, index, start, start + ticks));
        return queue == Queue.ARRAY ? start : start + ticks;
    }

    private static long elements(VectorInstruction instruction) {
        return switch (instruction) {
            case VectorInstruction.Requantize r -> r.grid().rows() * r.grid().columns();
            case VectorInstruction.Elementwise e -> e.grid().rows() * e.grid().columns();
            case VectorInstruction.Pool p -> p.input().rows() * p.input().depth();
            case VectorInstruction.RequantizePool r -> r.values();
            case VectorInstruction.Lookup l -> l.grid().rows() * l.grid().columns();
            case VectorInstruction.Softmax s -> s.grid().rows() * s.grid().columns();
            case VectorInstruction.Move m -> m.size().total();
        };
    }

    @Override
    public long drained(Queue queue, long now) {
        return queue == Queue.ARRAY ? Math.max(now, array.drained()) : now;
    }

    @Override
    public void waited(Queue queue, Queue other, long from, long to) {
        // Only when instructions run matters here.
    }

    @Override
    public void mark(Queue queue, int layer) {
        // Layers do not matter here.
    }
}
