package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;
import quantwright.profiles.NpuMachine;

/** A transfer beside a product, into the bank that the product reads or into another one. */
class BankConflictTest {
    private static final int HALF = 32 << 10;
    private static final int ROWS = 1024;
    private static final int BYTES = 4096;
    private static final MachineParameters PARAMETERS = new MachineParameters(16, 16, Dataflow.WEIGHT_STATIONARY, 1,
        2 * HALF, 2, 16, 16 * ROWS, 32, 1 << 20, 4, 16, 4, false, false, 8, 0);

    /** Two banks, the lower and the upper half of the scratchpad. */
    private static NpuMachine machine() {
        NpuMachine m = NpuMachines.of(PARAMETERS, 1e12, 16, 16, 0, 0);
        return new NpuMachine(m.array(), m.types(), m.accumulators(), m.vector(), new NpuMachine.Scratchpad(2 * HALF, 2, 16,
            HALF, false, 2, 3, 0), m.dma(), m.dram(), m.flash(), m.semaphores(), m.limits(), m.points(), m.control());
    }

    private static Timing beside(int address) {
        var s = new Stream(PARAMETERS).segment("next", Segment.Kind.WORKSPACE, BYTES).input("w", 256, 0)
            .input("x", 16 * ROWS, 256)
            .then(Queue.ARRAY, new ArrayInstruction.LoadWeights(0, new Weights(0, NumberType.I8, 0, 16, 16, 16)))
            .with(Queue.ARRAY, new ArrayInstruction.StreamInputs(0, Window.matrix(256, NumberType.I8, 0, ROWS, 16, 16), 16,
                new Accumulators(0, 16), false))
            .with(Queue.DMA_IN, new DmaInstruction.DmaIn(0, 0, 0, new Block(address, 0, 0), new Extent(BYTES, 1, 1)));
        return TimingEngine.time(s.program(), machine(), NpuMachines.POINT, TimelineListener.NONE);
    }

    @Test
    void aTransferWaitsForTheBankThatAProductReads() {
        Timing same = beside(20 << 10);
        Timing other = beside(HALF);
        assertEquals(0, conflicts(other, Queue.DMA_IN));
        // The product takes an access of its bank in every cycle in which the two meet, and is not delayed itself.
        long lost = conflicts(same, Queue.DMA_IN);
        assertTrue(lost > BYTES / 16L / 2 && lost <= ROWS, "cycles lost: " + lost);
        assertEquals(0, conflicts(same, Queue.ARRAY));
        assertEquals(other.units().get(Queue.ARRAY).useful(), same.units().get(Queue.ARRAY).useful());
        assertTrue(same.ticks() <= same.computeTicks() + same.channelTicks() + same.latency());
    }

    private static long conflicts(Timing t, Queue queue) {
        return t.units().get(queue).stalls().getOrDefault(StallCause.BANK_CONFLICT, 0L) / Timing.TICKS;
    }
}
