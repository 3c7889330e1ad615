package quantwright.backend.npu.emit;

import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Stored;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/** Which memory an instruction reads and writes, as intervals that may be wider than what it touches, never narrower. */
final class Footprint {
    /** Rows kept apart at most; more become one interval. */
    private static final int MAX_ROWS = 512;

    /** Takes one interval of a footprint. */
    @FunctionalInterface
    interface Visitor {
        /** Bytes (or words) {@code start} to {@code end}, exclusive. */
        void touch(Space space, long start, long end, boolean write);
    }

    private final Visitor visitor;

    private Footprint(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Shows every read and then every write of an instruction. */
    static void of(Instruction instruction, Visitor visitor) {
        Footprint footprint = new Footprint(visitor);
        switch (instruction) {
            case ControlInstruction _ -> { }
            case DmaInstruction d -> footprint.dma(d);
            case ArrayInstruction a -> footprint.array(a);
            case VectorInstruction v -> footprint.vector(v);
        }
    }

    private void dma(DmaInstruction instruction) {
        switch (instruction) {
            case DmaInstruction.DmaIn(long dram, int row, int plane, Block to, Extent size) -> {
                block(Space.DRAM, dram, row, plane, size, false);
                block(Space.SCRATCHPAD, to.address(), to.rowPitch(), to.planePitch(), size, true);
            }
            case DmaInstruction.DmaFill(Block to, Extent size, int _) ->
                block(Space.SCRATCHPAD, to.address(), to.rowPitch(), to.planePitch(), size, true);
            case DmaInstruction.DmaOut(Block from, long dram, int row, int plane, Extent size) -> {
                block(Space.SCRATCHPAD, from.address(), from.rowPitch(), from.planePitch(), size, false);
                block(Space.DRAM, dram, row, plane, size, true);
            }
        }
    }

    private void array(ArrayInstruction instruction) {
        switch (instruction) {
            case ArrayInstruction.LoadWeights(int _, Weights weights) -> weights(weights);
            case ArrayInstruction.LoadInputs(int _, Window input) -> window(input);
            case ArrayInstruction.StreamInputs(int _, Window input, int columns, Accumulators sums, boolean _) -> {
                window(input);
                sums(sums, input.rows(), columns, true);
            }
            case ArrayInstruction.StreamWeights(int _, int rows, Weights weights, Accumulators sums, boolean _) -> {
                weights(weights);
                sums(sums, rows, weights.columns(), true);
            }
            case ArrayInstruction.StreamBoth(Window input, Weights weights, Accumulators sums, boolean _) -> {
                window(input);
                weights(weights);
                sums(sums, input.rows(), weights.columns(), true);
            }
            case ArrayInstruction.Depthwise(Window input, Weights weights, int _, Accumulators sums, boolean _) -> {
                window(input);
                weights(weights);
                sums(sums, input.rows(), weights.columns(), true);
            }
        }
    }

    private void vector(VectorInstruction instruction) {
        switch (instruction) {
            case VectorInstruction.Requantize r -> {
                stored(r.sums(), r.grid(), r.stored());
                area(r.output(), r.grid(), false, true);
            }
            case VectorInstruction.RequantizePool r -> {
                stored(r.sums(), r.grid(), r.stored());
                scratchpad(r.table(), r.tableBytes(), false);
                area(r.output(), r.outputGrid(), false, true);
            }
            case VectorInstruction.Elementwise e -> {
                area(e.first(), e.grid(), e.spreadFirst(), false);
                area(e.second(), e.grid(), e.spreadSecond(), false);
                scratchpad(e.table(), e.tableBytes(), false);
                area(e.output(), e.grid(), false, true);
            }
            case VectorInstruction.Pool p -> {
                window(p.input());
                scratchpad(p.table(), p.tableBytes(), false);
                area(p.output(), p.grid(), false, true);
            }
            case VectorInstruction.Lookup l -> {
                area(l.input(), l.grid(), false, false);
                scratchpad(l.table(), 256, false);
                area(l.output(), l.grid(), false, true);
            }
            case VectorInstruction.Softmax s -> {
                area(s.input(), s.grid(), false, false);
                scratchpad(s.table(), 1024, false);
                area(s.output(), s.grid(), false, true);
            }
            case VectorInstruction.Move m -> {
                block(Space.SCRATCHPAD, m.from().address(), m.from().rowPitch(), m.from().planePitch(), m.size(), false);
                block(Space.SCRATCHPAD, m.to().address(), m.to().rowPitch(), m.to().planePitch(), m.size(), true);
            }
        }
    }

    /** What making values of sums reads. */
    private void stored(Accumulators sums, Grid grid, Stored stored) {
        sums(sums, grid.rows(), grid.columns(), false);
        scratchpad(stored.table(), stored.tableBytes(grid), false);
        scratchpad(stored.lookupTable(), stored.lookup() ? 256 : 0, false);
    }

    private void weights(Weights weights) {
        scratchpad(weights.address(), weights.extent(), false);
    }

    /** Rows of taps of one outer row and one kernel row lie together. */
    private void window(Window w) {
        long length = (w.innerRows() - 1L) * w.innerPitch() + (w.kernelColumns() - 1L) * w.kernelColumnPitch()
                + w.type().bytes(w.channels());
        loops(Space.SCRATCHPAD, w.address(), length, w.kernelRows(), w.kernelRowPitch(), w.outerRows(), w.outerPitch(),
                false);
    }

    private void area(Area area, Grid grid, boolean oneColumn, boolean write) {
        long length = (grid.innerRows() - 1L) * area.innerPitch() + area.type().bytes(oneColumn ? 1 : grid.columns());
        loops(Space.SCRATCHPAD, area.address(), length, 1, 0, grid.outerRows(), area.outerPitch(), write);
    }

    private void block(Space space, long address, long rowPitch, long planePitch, Extent size, boolean write) {
        loops(space, address, size.bytes(), size.rows(), rowPitch, size.planes(), planePitch, write);
    }

    private void sums(Accumulators sums, long rows, long columns, boolean write) {
        visitor.touch(Space.ACCUMULATORS, sums.address(), sums.address() + sums.extent(rows, columns), write);
    }

    private void scratchpad(long address, long bytes, boolean write) {
        if (bytes > 0) {
            visitor.touch(Space.SCRATCHPAD, address, address + bytes, write);
        }
    }

    /** Runs of {@code length} at two steps; neighbours that touch or overlap become one. */
    private void loops(Space space, long address, long length, int inner, long innerPitch, int outer, long outerPitch,
            boolean write) {
        long innerLength = (inner - 1L) * innerPitch + length;
        if (innerPitch <= length || inner == 1) {
            run(space, address, innerLength, outer, outerPitch, write);
        } else if (outerPitch <= innerLength || outer == 1 || (long) inner * outer > MAX_ROWS) {
            if (outerPitch % innerPitch == 0 && outerPitch / innerPitch <= inner
                    && inner + (outer - 1) * (outerPitch / innerPitch) <= MAX_ROWS) {
                // The same rows seen from several outer rows, as a window's taps are.
                run(space, address, length, (int) (inner + (outer - 1) * (outerPitch / innerPitch)), innerPitch, write);
            } else {
                run(space, address, (outer - 1) * outerPitch + innerLength, 1, 0, write);
            }
        } else {
            for (int o = 0; o < outer; o++) {
                run(space, address + o * outerPitch, length, inner, innerPitch, write);
            }
        }
    }

    private void run(Space space, long address, long length, int rows, long pitch, boolean write) {
        if (rows == 1 || pitch <= length || rows > MAX_ROWS) {
            visitor.touch(space, address, address + (rows - 1L) * pitch + length, write);
            return;
        }
        for (int r = 0; r < rows; r++) {
            visitor.touch(space, address + r * pitch, address + r * pitch + length, write);
        }
    }
}
