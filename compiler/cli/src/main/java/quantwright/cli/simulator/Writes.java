package quantwright.cli.simulator;

import quantwright.npu.isa.Area;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.VectorInstruction;

/** The bytes that an instruction writes, in the scratchpad or, for DMA out, in DRAM. */
final class Writes {
    /** Takes contiguous bytes. */
    @FunctionalInterface
    interface Run {
        /** {@code bytes} bytes from an address on. */
        void written(long address, int bytes);
    }

    private Writes() {
    }

    static void of(Instruction instruction, Run run) {
        switch (instruction) {
            case VectorInstruction.Requantize r -> area(r.output(), r.grid(), run);
            case VectorInstruction.Elementwise e -> area(e.output(), e.grid(), run);
            case VectorInstruction.Pool p -> area(p.output(), p.grid(), run);
            case VectorInstruction.RequantizePool p -> area(p.output(), p.outputGrid(), run);
            case VectorInstruction.Lookup l -> area(l.output(), l.grid(), run);
            case VectorInstruction.Softmax s -> area(s.output(), s.grid(), run);
            case VectorInstruction.Move m -> block(m.to().address(), m.to(), m.size(), run);
            case DmaInstruction.DmaFill f -> block(f.to().address(), f.to(), f.size(), run);
            case DmaInstruction.DmaOut o -> block(o.dram(), new Block(0, o.dramRowPitch(), o.dramPlanePitch()), o.size(),
                    run);
            default -> { }
        }
    }

    private static void area(Area area, Grid grid, Run run) {
        int bytes = Math.toIntExact(area.type().bytes(grid.columns()));
        for (int o = 0; o < grid.outerRows(); o++) {
            for (int i = 0; i < grid.innerRows(); i++) {
                run.written(area.address() + (long) o * area.outerPitch() + (long) i * area.innerPitch(), bytes);
            }
        }
    }

    private static void block(long address, Block pitches, Extent size, Run run) {
        for (int p = 0; p < size.planes(); p++) {
            for (int r = 0; r < size.rows(); r++) {
                run.written(address + (long) p * pitches.planePitch() + (long) r * pitches.rowPitch(), size.bytes());
            }
        }
    }
}
