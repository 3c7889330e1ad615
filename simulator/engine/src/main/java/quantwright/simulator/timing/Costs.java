package quantwright.simulator.timing;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Segment;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;
import quantwright.profiles.NpuMachine;
import quantwright.simulator.Events;
import quantwright.simulator.StallCause;
import quantwright.simulator.Timing;

/** Costs of single instructions on a machine. */
final class Costs {
    private static final long TICKS = Timing.TICKS;

    private final NpuMachine machine;
    private final double hertz;
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final Map<Object, float[]> footprints = new HashMap<>();
    private final NumberType[] loaded;

    Costs(Program program, NpuMachine machine, double hertz) {
        this.machine = machine;
        this.hertz = hertz;
        this.loaded = new NumberType[program.machine().stationaryBuffers()];
        program.segments().forEach(s -> segments.put(s.address(), s));
    }

    /** Constant time of a DMA instruction, ticks: set-up, and the memory's latency unless it fills. */
    Cost of(Instruction instruction) {
        return switch (instruction) {
            case DmaInstruction d -> dma(d);
            case ArrayInstruction a -> array(a);
            case VectorInstruction v -> vector(v);
            default -> throw new IllegalArgumentException("control takes no time");
        };
    }

    private Cost dma(DmaInstruction instruction) {
        return switch (instruction) {
            case DmaInstruction.DmaIn d -> transfer(d.dram(), d.dramRowPitch(), d.to(), d.size(), true);
            case DmaInstruction.DmaOut d -> transfer(d.dram(), d.dramRowPitch(), d.from(), d.size(), false);
            case DmaInstruction.DmaFill d -> {
                long bytes = d.size().total();
                yield new Cost(ticks(bytes / machine.dma().bytesPerCycle()), machine.dma().setupCycles() * TICKS,
                    StallCause.DMA_LATENCY, block(d.to(), d.size()),
                    new Events(0, 0, 0, 0, 0, bytes, 0, bytes, 0, 0, 0, 0, 0), 0, false);
            }
        };
    }

    private Cost transfer(long address, int rowPitch, Block block, Extent size, boolean in) {
        boolean flash = in && machine.flash().isPresent()
            && segments.floorEntry(address).getValue().kind() == Segment.Kind.CONSTANT;
        NpuMachine.ExternalMemory memory = flash ? machine.flash().get() : machine.dram();
        long bytes = size.total();
        boolean joined = rowPitch == size.bytes() || size.rows() == 1;
        long runs = joined ? size.planes() : (long) size.rows() * size.planes();
        long occupied = runs * roundUp(bytes / runs, machine.dma().burstBytes());
        long constant = machine.dma().setupCycles() * TICKS + ticks(memory.latencySeconds() * hertz);
        var events = new Events(0, 0, 0, 0, in ? 0 : bytes, in ? bytes : 0, 0, bytes, in && !flash ? bytes : 0,
            in ? 0 : bytes, flash ? bytes : 0, flash ? 0 : occupied, flash ? occupied : 0);
        return new Cost(ticks(occupied / machine.dma().bytesPerCycle()), constant, StallCause.DMA_LATENCY,
            block(block, size), events, occupied, flash);
    }

    /** Ticks that a channel needs for bytes. */
    long channel(long bytes, boolean flash) {
        NpuMachine.ExternalMemory memory = flash ? machine.flash().orElseThrow() : machine.dram();
        return ticks(bytes / memory.bytesPerSecond() * hertz);
    }

    private float[] block(Block block, Extent size) {
        return footprint(new BlockKey(block, size), () -> new Footprint(machine.scratchpad()).block(block, size)
            .accesses());
    }

    private record BlockKey(Block block, Extent size) {
    }

    private float[] footprint(Object key, Supplier<float[]> made) {
        return footprints.computeIfAbsent(key, _ -> made.get());
    }

    private Cost array(ArrayInstruction instruction) {
        return switch (instruction) {
            case ArrayInstruction.LoadWeights(int buffer, Weights w) -> {
                loaded[buffer] = w.type();
                yield load(w, weightBytes(w), new Footprint(machine.scratchpad()).weights(w));
            }
            case ArrayInstruction.LoadInputs(int buffer, Window w) -> {
                loaded[buffer] = w.type();
                yield load(w, inputBytes(w), new Footprint(machine.scratchpad()).window(w));
            }
            case ArrayInstruction.StreamInputs s -> product(pair(s.input().type(), loaded[s.buffer()]),
                s.input().rows(), s.input().depth(), s.columns(), s.input().rows(), inputBytes(s.input()),
                window(s.input()), s.accumulate());
            case ArrayInstruction.StreamWeights s -> product(pair(loaded[s.buffer()], s.weights().type()), s.rows(),
                s.weights().depth(), s.weights().columns(), s.weights().columns(), weightBytes(s.weights()),
                footprint(s.weights(), () -> new Footprint(machine.scratchpad()).weights(s.weights()).accesses()),
                s.accumulate());
            case ArrayInstruction.StreamBoth s -> product(pair(s.input().type(), s.weights().type()),
                s.input().rows(), s.input().depth(), s.weights().columns(), s.input().depth(),
                inputBytes(s.input()) + weightBytes(s.weights()), new Footprint(machine.scratchpad())
                    .window(s.input()).weights(s.weights()).accesses(), s.accumulate());
            case ArrayInstruction.Depthwise d -> depthwise(d);
        };
    }

    private float[] window(Window w) {
        return footprint(w, () -> new Footprint(machine.scratchpad()).window(w).accesses());
    }

    private Cost load(Object operand, long bytes, Footprint footprint) {
        return new Cost(machine.array().loadCycles() * TICKS, 0, StallCause.STATIONARY_LOAD,
            footprint(operand, footprint::accesses),
            new Events(0, 0, 0, 0, bytes, 0, 0, 0, 0, 0, 0, 0, 0), 0, false);
    }

    private Cost product(NpuMachine.TypePair pair, long rows, long depth, long columns, long streamed, long bytes,
            float[] accesses, boolean accumulate) {
        NpuMachine.MacArray a = machine.array();
        boolean systolic = a.structure() == NpuMachine.Structure.SYSTOLIC;
        long macs = rows * depth * columns;
        long sums = rows * columns;
        double cycles = Math.ceil(streamed / (a.positions() * pair.macsPerCell()));
        long fill = a.pipelineCycles() + (systolic ? a.rows() + a.columns() - 2L : 0);
        return new Cost(ticks(cycles), fill * TICKS, StallCause.FILL_DRAIN, accesses,
            new Events(macs, macs * pair.macPicojoules(), accumulate ? sums : 0, sums, bytes, 0, 0, 0, 0, 0, 0, 0, 0), 0,
            false);
    }

    private Cost depthwise(ArrayInstruction.Depthwise d) {
        NpuMachine.TypePair pair = pair(d.input().type(), d.weights().type());
        if (machine.array().depthwiseMacs() == 0) {
            throw new UnsupportedPair("the array has no depthwise mode");
        }
        long sums = d.input().rows() * d.weights().columns();
        long macs = sums * d.weights().depth();
        long slots = sums * machine.array().depthwiseSlots(d.weights().depth());
        double cycles = Math.ceil(slots / (machine.array().depthwiseMacs() * machine.relativeRate(pair)));
        return new Cost(ticks(cycles), machine.array().pipelineCycles() * TICKS, StallCause.FILL_DRAIN,
            new Footprint(machine.scratchpad()).window(d.input()).weights(d.weights()).accesses(),
            new Events(macs, macs * pair.macPicojoules(), d.accumulate() ? sums : 0, sums,
                inputBytes(d.input()) + weightBytes(d.weights()), 0, 0, 0, 0, 0, 0, 0, 0), 0, false);
    }

    private NpuMachine.TypePair pair(NumberType activation, NumberType weight) {
        int a = activation.bits() == 16 ? 16 : 8;
        return machine.types().stream().filter(t -> t.activationBits() == a && t.weightBits() == weight.bits())
            .findFirst().orElseThrow(() -> new UnsupportedPair("the profile lists no pair of " + a
                + "-bit activations and " + weight.bits() + "-bit weights"));
    }

    private static long inputBytes(Window w) {
        return w.rows() * w.taps() * w.type().bytes(w.channels());
    }

    private static long weightBytes(Weights w) {
        return w.depth() * w.type().bytes(w.columns());
    }

    private Cost vector(VectorInstruction instruction) {
        var footprint = new Footprint(machine.scratchpad());
        NpuMachine.VectorUnit unit = machine.vector();
        return switch (instruction) {
            case VectorInstruction.Requantize r -> {
                long sums = r.grid().rows() * r.grid().columns();
                long read = r.tableBytes() + (r.lookup() ? sums : 0);
                footprint.area(r.output(), r.grid(), false).bytes(r.table(), r.tableBytes());
                yield vector(sums, unit.requantize(), footprint, sums, read, bytes(r.grid(), r.output().type(), false));
            }
            case VectorInstruction.Elementwise e -> {
                long read = bytes(e.grid(), e.first().type(), e.spreadFirst())
                    + bytes(e.grid(), e.second().type(), e.spreadSecond()) + e.tableBytes();
                footprint.area(e.first(), e.grid(), e.spreadFirst()).area(e.second(), e.grid(), e.spreadSecond())
                    .area(e.output(), e.grid(), false);
                yield vector(e.grid().rows() * e.grid().columns(), unit.elementwise(), footprint, 0, read,
                    bytes(e.grid(), e.output().type(), false));
            }
            case VectorInstruction.Pool p -> {
                footprint.window(p.input()).area(p.output(), p.grid(), false);
                yield vector(p.input().rows() * p.input().depth(), unit.pool(), footprint, 0,
                    inputBytes(p.input()) + p.tableBytes(), bytes(p.grid(), p.output().type(), false));
            }
            case VectorInstruction.RequantizePool r -> {
                if (unit.outputPool().isEmpty()) {
                    throw new UnsupportedPair("the profile lists no output-pool");
                }
                long read = r.stored().tableBytes(r.grid()) + r.tableBytes() + (r.stored().lookup() ? r.values() : 0);
                footprint.area(r.output(), r.outputGrid(), false).bytes(r.stored().table(),
                    r.stored().tableBytes(r.grid()));
                yield vector(r.values() / unit.pooledSums(), footprint, r.values(), read,
                    bytes(r.outputGrid(), r.output().type(), false), r.values() + (long) r.taps());
            }
            case VectorInstruction.Lookup l -> {
                long n = l.grid().rows() * l.grid().columns();
                footprint.area(l.input(), l.grid(), false).area(l.output(), l.grid(), false);
                yield vector(n, unit.lookup(), footprint, 0, 2 * n, n);
            }
            case VectorInstruction.Softmax s -> {
                long n = s.grid().rows() * s.grid().columns();
                footprint.area(s.input(), s.grid(), false).area(s.output(), s.grid(), false).bytes(s.table(), 1024);
                yield vector(n, unit.softmax(), footprint, 0, n + 1024, n);
            }
            case VectorInstruction.Move m -> {
                footprint.block(m.from(), m.size()).block(m.to(), m.size());
                yield vector(m.size().total(), unit.move(), footprint, 0, m.size().total(), m.size().total());
            }
        };
    }

    private Cost vector(long elements, double rate, Footprint footprint, long sums, long read, long written) {
        return vector(elements / rate, footprint, sums, read, written, elements);
    }

    private Cost vector(double cycles, Footprint footprint, long sums, long read, long written, long elements) {
        return new Cost(ticks(cycles), machine.vector().startCycles() * TICKS, StallCause.START_UP,
            footprint.accesses(), new Events(0, 0, sums, 0, read, written, elements, 0, 0, 0, 0, 0, 0), 0, false);
    }

    private static long bytes(Grid grid, NumberType type, boolean oneColumn) {
        return grid.rows() * type.bytes(oneColumn ? 1 : grid.columns());
    }

    static long ticks(double cycles) {
        return (long) Math.ceil(cycles * TICKS);
    }

    private static long roundUp(long bytes, long unit) {
        return (bytes + unit - 1) / unit * unit;
    }
}
