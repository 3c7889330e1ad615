package quantwright.simulator.timing;

import java.util.List;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.simulator.StallCause;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.Timing;

/** The units with a profile's numbers. */
public final class TimedUnits implements Units {
    /** Least length of a power window, seconds. */
    private static final double WINDOW_SECONDS = 1e-6;

    private final Program program;
    private final NpuMachine machine;
    private final OperatingPoint point;
    private final Costs costs;
    private final Cost[][] cost;
    private final long[][] lost;
    private final Channel dram;
    private final Channel flash;
    private final ArrayPipe array;
    private final Books books;
    private final PowerWindows power;
    /** Until when the array's time is accounted for. */
    private long accounted;
    private long latency;
    private long channelTicks;
    private long computeTicks;

    /**
     * Prepares a run.
     *
     * @throws UnsupportedPair if an instruction asks for what the profile does not list
     */
    public TimedUnits(Program program, NpuMachine machine, OperatingPoint point, TimelineListener listener) {
        this.program = program;
        this.machine = machine;
        this.point = point;
        this.costs = new Costs(program, machine, point.hertz());
        this.cost = costs(program, costs);
        Reference reference = Reference.of(program);
        this.lost = new Contention(reference, cost).lost();
        List<Reference.Span> transfers = reference.transfers().stream().filter(s -> of(s).transfer() > 0).toList();
        this.dram = new Channel(transfers.stream().filter(s -> !of(s).flash()).toList());
        this.flash = new Channel(transfers.stream().filter(s -> of(s).flash()).toList());
        this.array = new ArrayPipe(program.machine().stationaryBuffers());
        this.books = new Books(listener, program.layers().size());
        this.power = new PowerWindows(Math.max(1, Costs.ticks(WINDOW_SECONDS * point.hertz())));
    }

    private static Cost[][] costs(Program program, Costs costs) {
        var out = new Cost[Queue.values().length][];
        for (Queue queue : Queue.values()) {
            List<Instruction> stream = program.queue(queue);
            var row = new Cost[stream.size()];
            for (int i = 0; i < row.length; i++) {
                if (!(stream.get(i) instanceof quantwright.npu.isa.ControlInstruction)) {
                    try {
                        row[i] = costs.of(stream.get(i));
                    } catch (UnsupportedPair e) {
                        throw e.of(queue, i);
                    }
                }
            }
            out[queue.ordinal()] = row;
        }
        return out;
    }

    private Cost of(Reference.Span span) {
        return cost[span.queue().ordinal()][span.index()];
    }

    /**
     * Runs the program.
     *
     * @throws Deadlock if it does not come to its end
     */
    public Timing run() throws Deadlock {
        var sequencer = new Sequencer(program, this);
        boolean finished = sequencer.run();
        long total = 0;
        for (Queue queue : Queue.values()) {
            total = Math.max(total, sequencer.time(queue));
        }
        if (!finished) {
            throw new Deadlock(sequencer::at, total);
        }
        for (Queue queue : Queue.values()) {
            long from = queue == Queue.ARRAY ? Math.max(accounted, array.pipeFree()) : sequencer.time(queue);
            long end = sequencer.time(queue);
            if (queue == Queue.ARRAY) {
                books.stalled(queue, StallCause.STATIONARY_LOAD, from, end);
            }
            books.stalled(queue, StallCause.FINISHED, end, total);
        }
        Intervals busy = books.busy();
        return new Timing(point, total, books.events(), books.units(), books.layers(busy, total), busy.measure(),
            latency, channelTicks, computeTicks, power.profile(total));
    }

    @Override
    public long execute(Queue queue, int index, Instruction instruction, long now) {
        Cost c = cost[queue.ordinal()][index];
        return switch (queue) {
            case DMA_IN, DMA_OUT -> dma(queue, index, c, now);
            case ARRAY -> array(index, (ArrayInstruction) instruction, c, now);
            case VECTOR -> {
                long body = now + c.overhead();
                long conflict = body + c.useful();
                long end = conflict + lost[queue.ordinal()][index];
                books.stalled(queue, c.cause(), now, body);
                books.stalled(queue, StallCause.BANK_CONFLICT, conflict, end);
                latency += c.overhead();
                computeTicks += end - body;
                executed(queue, index, c, now, end, c.useful());
                yield end;
            }
        };
    }

    private long dma(Queue queue, int index, Cost c, long now) {
        Channel channel = c.flash() ? flash : dram;
        if (c.transfer() > 0 && !channel.isNext(queue, index)) {
            return BLOCKED;
        }
        long asked = now + c.overhead();
        long channelTime = c.transfer() > 0 ? costs.channel(c.transfer(), c.flash()) : 0;
        long start = c.transfer() > 0 ? channel.serve(asked, channelTime) : asked;
        long engine = start + c.useful();
        long banks = engine + lost[queue.ordinal()][index];
        long end = Math.max(banks, start + channelTime);
        books.stalled(queue, StallCause.DMA_LATENCY, now, asked);
        books.stalled(queue, StallCause.BANDWIDTH, asked, start);
        books.stalled(queue, StallCause.BANK_CONFLICT, engine, banks);
        books.stalled(queue, StallCause.BANDWIDTH, banks, end);
        latency += c.overhead();
        channelTicks += end - start;
        executed(queue, index, c, now, end, c.useful());
        return end;
    }

    private long array(int index, ArrayInstruction instruction, Cost c, long now) {
        long conflict = lost[Queue.ARRAY.ordinal()][index];
        long ticks = c.useful() + c.overhead() + conflict;
        long idleFrom = Math.max(accounted, array.pipeFree());
        long start = array.start(instruction, now, ticks);
        computeTicks += ticks;
        if (c.cause() == StallCause.STATIONARY_LOAD) {
            executed(Queue.ARRAY, index, c, start, start + ticks, 0);
            return start;
        }
        books.stalled(Queue.ARRAY, StallCause.STATIONARY_LOAD, idleFrom, start);
        long body = start + c.useful();
        books.stalled(Queue.ARRAY, StallCause.BANK_CONFLICT, body, body + conflict);
        books.stalled(Queue.ARRAY, StallCause.FILL_DRAIN, body + conflict, start + ticks);
        accounted = start + ticks;
        executed(Queue.ARRAY, index, c, start, start + ticks, c.useful());
        return start;
    }

    private void executed(Queue queue, int index, Cost c, long start, long end, long useful) {
        books.executed(queue, index, c.events(), start, end, useful);
        power.add(start, end, EventEnergy.onChip(c.events(), machine), EventEnergy.external(c.events(), machine));
    }

    @Override
    public long drained(Queue queue, long now) {
        return queue == Queue.ARRAY ? Math.max(now, array.drained()) : now;
    }

    @Override
    public void waited(Queue queue, Queue other, long from, long to) {
        StallCause cause = switch (other) {
            case DMA_IN -> StallCause.WAIT_DMA_IN;
            case ARRAY -> StallCause.WAIT_ARRAY;
            case VECTOR -> StallCause.WAIT_VECTOR;
            case DMA_OUT -> StallCause.WAIT_DMA_OUT;
        };
        long start = from;
        if (queue == Queue.ARRAY) {
            // Products that still run are not kept from anything.
            start = Math.max(from, Math.max(accounted, array.pipeFree()));
            if (to > start) {
                books.stalled(queue, StallCause.STATIONARY_LOAD, Math.max(accounted, array.pipeFree()), start);
                accounted = to;
            }
        }
        books.stalled(queue, cause, start, to);
    }

    @Override
    public void mark(Queue queue, int layer) {
        books.mark(queue, layer);
    }

}
