package quantwright.npu.isa;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import quantwright.npu.isa.Finding.Code;

/** Checks addresses, shapes and features of one queue's instructions, in order. */
final class OperandCheck {
    /** Greatest number of taps of a window. */
    static final int MAX_TAPS = 65536;

    private final MachineParameters machine;
    private final TreeMap<Long, Segment> segments;
    private final Queue queue;
    private final Consumer<Finding> report;
    private final Map<Integer, Tile> buffers = new HashMap<>();
    private int index;

    /** What a stationary buffer holds; {@code other} is columns of weights, rows of inputs. */
    private record Tile(long depth, long other) {
    }

    OperandCheck(MachineParameters machine, TreeMap<Long, Segment> segments, Queue queue, Consumer<Finding> report) {
        this.machine = machine;
        this.segments = segments;
        this.queue = queue;
        this.report = report;
    }

    void check(int at, DmaInstruction instruction) {
        index = at;
        switch (instruction) {
            case DmaInstruction.DmaIn(long dram, int row, int plane, Block to, Extent size) -> {
                dram(dram, row, plane, size, false);
                block("destination", to, size, true);
                aligned("destination", to.address(), to.rowPitch(), to.planePitch(), size);
            }
            case DmaInstruction.DmaFill(Block to, Extent size, int _) -> block("destination", to, size, true);
            case DmaInstruction.DmaOut(Block from, long dram, int row, int plane, Extent size) -> {
                dram(dram, row, plane, size, true);
                distinct("DRAM destination", size.bytes(), size.rows(), row, size.planes(), plane);
                block("source", from, size, false);
                aligned("source", from.address(), from.rowPitch(), from.planePitch(), size);
            }
        }
    }

    void check(int at, ArrayInstruction instruction) {
        index = at;
        switch (instruction) {
            case ArrayInstruction.LoadWeights(int buffer, Weights weights) -> {
                dataflow(Dataflow.WEIGHT_STATIONARY);
                weights(weights);
                tile("depth", weights.depth(), machine.arrayRows());
                tile("columns", weights.columns(), machine.arrayColumns());
                load(buffer, new Tile(weights.depth(), weights.columns()));
            }
            case ArrayInstruction.LoadInputs(int buffer, Window input) -> {
                dataflow(Dataflow.INPUT_STATIONARY);
                window(input, true);
                tile("depth", input.depth(), machine.arrayRows());
                tile("rows", input.rows(), machine.arrayColumns());
                load(buffer, new Tile(input.depth(), input.rows()));
            }
            case ArrayInstruction.StreamInputs(int buffer, Window input, int columns, Accumulators sums, boolean _) -> {
                dataflow(Dataflow.WEIGHT_STATIONARY);
                window(input, true);
                loaded(buffer, new Tile(input.depth(), columns), "depth x columns");
                accumulators(sums, input.rows(), columns, true);
            }
            case ArrayInstruction.StreamWeights(int buffer, int rows, Weights weights, Accumulators sums,
                    boolean _) -> {
                dataflow(Dataflow.INPUT_STATIONARY);
                weights(weights);
                loaded(buffer, new Tile(weights.depth(), rows), "depth x rows");
                accumulators(sums, rows, weights.columns(), true);
            }
            case ArrayInstruction.StreamBoth(Window input, Weights weights, Accumulators sums, boolean _) -> {
                dataflow(Dataflow.OUTPUT_STATIONARY);
                window(input, true);
                weights(weights);
                same("depth of inputs and weights", input.depth(), weights.depth());
                tile("rows", input.rows(), machine.arrayRows());
                tile("columns", weights.columns(), machine.arrayColumns());
                accumulators(sums, input.rows(), weights.columns(), true);
            }
            case ArrayInstruction.Depthwise(Window input, Weights weights, int multiplier, Accumulators sums,
                    boolean _) -> {
                require(machine.depthwise(), Code.UNSUPPORTED, "the array has no depthwise mode");
                window(input, true);
                weights(weights);
                same("taps and weight rows", input.taps(), weights.depth());
                same("output channels", (long) input.channels() * multiplier, weights.columns());
                accumulators(sums, input.rows(), weights.columns(), true);
            }
        }
    }

    void check(int at, VectorInstruction instruction) {
        index = at;
        switch (instruction) {
            case VectorInstruction.Requantize r -> {
                accumulators(r.sums(), r.grid().rows(), r.grid().columns(), false);
                area("output", r.output(), r.grid(), false, true);
                stored(r.stored(), r.grid());
            }
            case VectorInstruction.Elementwise e -> {
                area("first", e.first(), e.grid(), e.spreadFirst(), false);
                area("second", e.second(), e.grid(), e.spreadSecond(), false);
                area("output", e.output(), e.grid(), false, true);
                rescaling(e.rescaling());
                table("table", e.table(), e.tableBytes());
                range(e.min(), e.max(), e.output().type());
            }
            case VectorInstruction.Pool p -> {
                window(p.input(), false);
                area("output", p.output(), p.grid(), false, true);
                rescaling(p.rescaling());
                table("table", p.table(), p.tableBytes());
                range(p.min(), p.max(), p.output().type());
            }
            case VectorInstruction.RequantizePool r -> requantizePool(r);
            case VectorInstruction.Lookup l -> {
                mapped(l.grid(), l.input(), l.output());
                bytes("table", l.table(), 256);
            }
            case VectorInstruction.Softmax s -> {
                mapped(s.grid(), s.input(), s.output());
                table("table", s.table(), 1024);
            }
            case VectorInstruction.Move m -> {
                block("source", m.from(), m.size(), false);
                block("destination", m.to(), m.size(), true);
                long from = m.from().address();
                long to = m.to().address();
                require(from + span(m.from(), m.size()) <= to || to + span(m.to(), m.size()) <= from, Code.OVERLAP,
                    "source and destination overlap");
            }
        }
    }

    private void requantizePool(VectorInstruction.RequantizePool r) {
        PoolWindows w = r.windows();
        int side = Math.max(w.kernelRows(), w.kernelColumns());
        require(machine.outputPool() > 0, Code.UNSUPPORTED, "the machine pools nothing on the way out of the accumulators");
        require(machine.outputPool() == 0 || side <= machine.outputPool(), Code.UNSUPPORTED, () -> "a window of "
            + w.kernelRows() + "x" + w.kernelColumns() + " exceeds " + machine.outputPool());
        accumulators(r.sums(), r.grid().rows(), r.grid().columns(), false);
        stored(r.stored(), r.grid());
        area("output", r.output(), r.outputGrid(), false, true);
        rescaling(r.rescaling());
        table("the pool's table", r.table(), r.tableBytes());
        range(r.min(), r.max(), r.output().type());
    }

    private void stored(Stored values, Grid grid) {
        int bits = values.type().bits();
        require(bits >= 8, Code.UNSUPPORTED, () -> "the vector unit takes 8 and 16 bits, not " + bits);
        rescaling(values.rescaling());
        table("table", values.table(), values.tableBytes(grid));
        range(values.min(), values.max(), values.type());
        if (values.lookup()) {
            eightBits("value", values.type());
            bytes("lookup-table", values.lookupTable(), 256);
        }
    }

    private void mapped(Grid grid, Area input, Area output) {
        eightBits("input", input.type());
        eightBits("output", output.type());
        area("input", input, grid, false, false);
        area("output", output, grid, false, true);
    }

    private void dram(long address, int rowPitch, int planePitch, Extent size, boolean write) {
        long end = address + size.span(rowPitch, planePitch);
        Map.Entry<Long, Segment> entry = segments.floorEntry(address);
        if (entry == null || end > entry.getValue().end() || end > machine.dramBytes()) {
            add(Code.DRAM, "DRAM bytes " + hex(address) + " to " + hex(end) + " are not in one segment");
        } else if (write && (entry.getValue().kind() == Segment.Kind.CONSTANT
                || entry.getValue().kind() == Segment.Kind.INPUT)) {
            add(Code.DRAM, "writes segment " + entry.getValue().name());
        }
        aligned("DRAM", address, rowPitch, planePitch, size);
    }

    private void aligned(String what, long address, long rowPitch, long planePitch, Extent size) {
        long bits = address | (size.rows() > 1 ? rowPitch : 0) | (size.planes() > 1 ? planePitch : 0);
        require((bits & (machine.dmaAlignment() - 1)) == 0, Code.ALIGNMENT, () -> what + " address " + hex(address)
            + " or pitches " + rowPitch + ", " + planePitch + " are no multiples of " + machine.dmaAlignment());
    }

    private static long span(Block block, Extent size) {
        return size.span(block.rowPitch(), block.planePitch());
    }

    private void block(String what, Block block, Extent size, boolean write) {
        bytes(what, block.address(), span(block, size));
        if (write) {
            distinct(what, size.bytes(), size.rows(), block.rowPitch(), size.planes(), block.planePitch());
        } else {
            // Repeated rows may not make a copy longer than its destination could be.
            require((double) size.bytes() * size.rows() * size.planes() <= MachineParameters.MAX_DRAM, Code.OVERLAP,
                () -> what + " repeats beyond any memory");
        }
    }

    /** Two loops of rows of {@code bytes} write each byte once if one loop's step clears all of the other's. */
    private void distinct(String what, long bytes, long inner, long innerPitch, long outer, long outerPitch) {
        boolean innerFirst = (inner == 1 || innerPitch >= bytes)
            && (outer == 1 || outerPitch >= (inner - 1) * innerPitch + bytes);
        boolean outerFirst = (outer == 1 || outerPitch >= bytes)
            && (inner == 1 || innerPitch >= (outer - 1) * outerPitch + bytes);
        require(innerFirst || outerFirst, Code.OVERLAP, () -> what + " rows overlap");
    }

    private void window(Window window, boolean array) {
        bytes("input", window.address(), window.extent());
        require(window.taps() <= MAX_TAPS, Code.TILE, () -> "a window of " + window.taps() + " taps exceeds "
            + MAX_TAPS);
        NumberType type = window.type();
        require(type.bits() != 16 || !array || machine.activations16(), Code.UNSUPPORTED, "no 16-bit activations");
        require(array || type.bits() >= 8, Code.UNSUPPORTED, () -> "the vector unit takes 8 and 16 bits, not "
            + Names.kebab(type.name()));
        require(type.bits() != 16 || even(window.address() | window.outerPitch() | window.innerPitch()
            | window.kernelRowPitch() | window.kernelColumnPitch()), Code.ALIGNMENT, "16-bit input at an odd address");
    }

    private void weights(Weights weights) {
        bytes("weights", weights.address(), weights.extent());
        int bits = weights.type().bits();
        require(bits <= 8 && bits >= machine.leastWeightBits(), Code.UNSUPPORTED, () -> "the array takes weights of "
            + machine.leastWeightBits() + " to 8 bits, not " + bits);
    }

    private void area(String what, Area area, Grid grid, boolean oneColumn, boolean write) {
        bytes(what, area.address(), area.extent(grid, oneColumn));
        int bits = area.type().bits();
        require(bits >= 8, Code.UNSUPPORTED, () -> "the vector unit takes 8 and 16 bits, not " + bits);
        require(bits != 16 || even(area.address() | area.outerPitch() | area.innerPitch()), Code.ALIGNMENT,
            () -> "16-bit " + what + " at an odd address");
        if (write) {
            distinct(what, area.type().bytes(grid.columns()), grid.innerRows(), area.innerPitch(), grid.outerRows(),
                area.outerPitch());
        }
    }

    private void accumulators(Accumulators sums, long rows, long columns, boolean write) {
        long end = sums.address() + sums.extent(rows, columns);
        require(end <= machine.accumulatorWords(), Code.ACCUMULATORS, () -> "sums end at word " + end
            + ", the memory at " + machine.accumulatorWords());
        require(!write || rows == 1 || sums.pitch() >= columns, Code.OVERLAP, "rows of sums overlap");
    }

    private void load(int buffer, Tile tile) {
        buffer(buffer);
        buffers.put(buffer, tile);
    }

    private void loaded(int buffer, Tile needed, String axes) {
        buffer(buffer);
        Tile held = buffers.get(buffer);
        require(needed.equals(held), Code.TILE, () -> "needs " + axes + " " + needed.depth + " x " + needed.other
            + " in buffer " + buffer + ", which holds "
            + (held == null ? "nothing" : held.depth + " x " + held.other));
    }

    private void buffer(int buffer) {
        require(buffer < machine.stationaryBuffers(), Code.UNSUPPORTED, () -> "stationary buffer " + buffer + " of "
            + machine.stationaryBuffers());
    }

    private void dataflow(Dataflow needed) {
        require(machine.dataflow() == needed, Code.UNSUPPORTED, () -> "needs a " + Names.kebab(needed.name())
            + " array, this one is " + Names.kebab(machine.dataflow().name()));
    }

    private void rescaling(Rescaling rescaling) {
        require(rescaling.defined(), Code.UNSUPPORTED, () -> "no arithmetic has " + rescaling);
    }

    private void range(int min, int max, NumberType type) {
        require(min <= max && min >= type.min() && max <= type.max(), Code.UNSUPPORTED, () -> "results in ["
            + min + ", " + max + "] are not in " + Names.kebab(type.name()));
    }

    private void eightBits(String what, NumberType type) {
        require(type.bits() == 8, Code.UNSUPPORTED, () -> what + " of a table has 8 bits, not " + type.bits());
    }

    private void table(String what, int address, long bytes) {
        if (bytes > 0) {
            bytes(what, address, bytes);
            require((address & 3) == 0, Code.ALIGNMENT, () -> what + " at " + hex(address) + " is no multiple of 4");
        }
    }

    private void bytes(String what, int address, long length) {
        long end = address + length;
        require(end <= machine.scratchpadBytes(), Code.SCRATCHPAD, () -> what + " ends at " + hex(end)
            + ", the scratchpad at " + hex(machine.scratchpadBytes()));
    }

    private void tile(String what, long size, long limit) {
        require(size <= limit, Code.TILE, () -> what + " " + size + " exceeds the array's " + limit);
    }

    private void same(String what, long a, long b) {
        require(a == b, Code.TILE, () -> what + " differ: " + a + " and " + b);
    }

    private void require(boolean holds, Code code, String message) {
        if (!holds) {
            add(code, message);
        }
    }

    /** The message is made only if it is needed: most instructions are as they should be. */
    private void require(boolean holds, Code code, Supplier<String> message) {
        if (!holds) {
            add(code, message.get());
        }
    }

    private void add(Code code, String message) {
        report.accept(new Finding(code, queue, index, message));
    }

    private static boolean even(int bits) {
        return (bits & 1) == 0;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
