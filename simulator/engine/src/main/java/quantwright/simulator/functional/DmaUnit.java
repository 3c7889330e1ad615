package quantwright.simulator.functional;

import java.util.Arrays;
import java.util.Map;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;

/** Executes copies and fills. */
final class DmaUnit {
    private final DramImage dram;
    private final Scratchpad scratchpad;

    DmaUnit(DramImage dram, Scratchpad scratchpad) {
        this.dram = dram;
        this.scratchpad = scratchpad;
    }

    void execute(DmaInstruction instruction) {
        switch (instruction) {
            case DmaInstruction.DmaIn(long address, int rowPitch, int planePitch, Block to, Extent size) -> {
                Map.Entry<Long, byte[]> segment = dram.segment(address);
                copy(segment.getValue(), (int) (address - segment.getKey()), rowPitch, planePitch, scratchpad.bytes(),
                    to.address(), to.rowPitch(), to.planePitch(), size);
            }
            case DmaInstruction.DmaFill(Block to, Extent size, int value) -> {
                for (int plane = 0; plane < size.planes(); plane++) {
                    for (int row = 0; row < size.rows(); row++) {
                        int start = to.address() + plane * to.planePitch() + row * to.rowPitch();
                        Arrays.fill(scratchpad.bytes(), start, start + size.bytes(), (byte) value);
                    }
                }
            }
            case DmaInstruction.DmaOut(Block from, long address, int rowPitch, int planePitch, Extent size) -> {
                Map.Entry<Long, byte[]> segment = dram.segment(address);
                copy(scratchpad.bytes(), from.address(), from.rowPitch(), from.planePitch(), segment.getValue(),
                    (int) (address - segment.getKey()), rowPitch, planePitch, size);
            }
        }
    }

    static void copy(byte[] from, int fromAt, int fromRow, int fromPlane, byte[] to, int toAt, int toRow, int toPlane,
            Extent size) {
        for (int plane = 0; plane < size.planes(); plane++) {
            for (int row = 0; row < size.rows(); row++) {
                System.arraycopy(from, fromAt + plane * fromPlane + row * fromRow, to,
                    toAt + plane * toPlane + row * toRow, size.bytes());
            }
        }
    }
}
