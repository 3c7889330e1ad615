package quantwright.simulator;

import java.util.Random;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.Segment;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;

/**
 * Random pipelines: tiles go through DMA-in, array, vector unit and DMA-out, double-buffered by semaphores of random
 * depth, each stage of random length. The weights and the inputs of every tile are loaded once.
 */
final class RandomStreams {
    /** Bytes of one operand in DRAM. */
    static final int OPERAND = 4096;

    private RandomStreams() {
    }

    static Program program(Random random) {
        int tiles = 1 + random.nextInt(12);
        var machine = new MachineParameters(8, 8, Dataflow.WEIGHT_STATIONARY, 1 + random.nextInt(2), 1 << 18,
            1 << random.nextInt(5), 16, 1 << 14, 32, 1 << 24, 4, 16, 1 + random.nextInt(3), true, false, 4, 8);
        var s = new Stream(machine).segment("w", Segment.Kind.WORKSPACE, (tiles + 1) * 2 * OPERAND);
        for (int t = 0; t < tiles; t++) {
            s.with(Queue.DMA_IN, new ControlInstruction.Mark(0)).with(Queue.ARRAY, new ControlInstruction.Mark(0));
            tile(s, random, t, tiles, machine.stationaryBuffers());
        }
        return s.program();
    }

    private static void tile(Stream s, Random random, int t, int tiles, int buffers) {
        // Semaphores: 0 loaded, 1 inputs free, 2 summed, 3 sums free, 4 requantized, 5 results free.
        int slot = t % 2 * 2 * OPERAND;
        int rows = 1 + random.nextInt(64);
        var sums = new Accumulators(t % 2 * 1024, 8);
        if (t >= 2) {
            s.with(Queue.DMA_IN, new ControlInstruction.Wait(1, 1));
        }
        int loads = 1 + random.nextInt(3);
        for (int i = 0; i < loads; i++) {
            s.with(Queue.DMA_IN, new DmaInstruction.DmaIn((long) t * OPERAND + i * 1024, 64, 0,
                new Block(slot + i * 1024, 64, 0), new Extent(4 * (1 + random.nextInt(16)), 1 + random.nextInt(16), 1)));
        }
        s.with(Queue.DMA_IN, new ControlInstruction.Signal(0, 1)).with(Queue.ARRAY, new ControlInstruction.Wait(0, 1));
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int buffer = random.nextInt(buffers);
            s.with(Queue.ARRAY, new ArrayInstruction.LoadWeights(buffer, new Weights(slot, NumberType.I8, 0, 8, 8, 8)));
            s.with(Queue.ARRAY, new ArrayInstruction.StreamInputs(buffer, Window.matrix(slot + 64, NumberType.I8, 0, rows,
                1 + random.nextInt(40), 8), 8, sums, i == 1));
        }
        if (t >= 2) {
            s.with(Queue.VECTOR, new ControlInstruction.Wait(5, 1));
        }
        if (t + 2 < tiles) {
            s.with(Queue.ARRAY, new ControlInstruction.Signal(1, 1));
        }
        s.with(Queue.ARRAY, new ControlInstruction.Signal(2, 1))
            .with(Queue.VECTOR, new ControlInstruction.Wait(2, 1))
            .with(Queue.VECTOR, new VectorInstruction.Requantize(sums, new Grid(1, rows, 8),
                new Area(1 << 17 | slot, NumberType.I8, 0, 0, 8), Rescaling.f32(), 1 << 16, false, -128, 127, false, 0))
            .with(Queue.VECTOR, new ControlInstruction.Signal(4, 1))
            .with(Queue.DMA_OUT, new ControlInstruction.Wait(4, 1))
            .with(Queue.DMA_OUT, new DmaInstruction.DmaOut(new Block(1 << 17 | slot, 0, 0), (long) t * OPERAND, 0, 0,
                new Extent(8 * rows, 1, 1)));
        if (t + 2 < tiles) {
            s.with(Queue.DMA_OUT, new ControlInstruction.Signal(5, 1));
        }
    }
}
