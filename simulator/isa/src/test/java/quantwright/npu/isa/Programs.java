package quantwright.npu.isa;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A machine and a small program it accepts: a 4 x 8 matrix times 8 x 4 weights, requantized. */
final class Programs {
    private Programs() {
    }

    static MachineParameters machine() {
        return machine(Dataflow.WEIGHT_STATIONARY);
    }

    static MachineParameters machine(Dataflow dataflow) {
        return new MachineParameters(8, 8, dataflow, 2, 4096, 4, 8, 256, 32, 1 << 16, 4, 8, 3, true, false, 4, 8);
    }

    static Map<Queue, List<Instruction>> smallQueues() {
        var queues = new EnumMap<Queue, List<Instruction>>(Queue.class);
        queues.put(Queue.DMA_IN, list(
            new ControlInstruction.Mark(0),
            new DmaInstruction.DmaIn(0, 0, 0, new Block(0, 0, 0), new Extent(40, 1, 1)),
            new DmaInstruction.DmaIn(0x100, 8, 0, new Block(0x100, 8, 0), new Extent(8, 4, 1)),
            new ControlInstruction.Signal(0, 1),
            new ControlInstruction.Halt()));
        queues.put(Queue.ARRAY, list(
            new ControlInstruction.Wait(0, 1),
            new ArrayInstruction.LoadWeights(0, new Weights(0, NumberType.I8, 0, 8, 4, 4)),
            new ArrayInstruction.StreamInputs(0, Window.matrix(0x100, NumberType.I8, -3, 4, 8, 8), 4,
                new Accumulators(0, 4), false),
            new ControlInstruction.Signal(1, 1),
            new ControlInstruction.Halt()));
        queues.put(Queue.VECTOR, list(
            new ControlInstruction.Wait(1, 1),
            new VectorInstruction.Requantize(new Accumulators(0, 4), new Grid(1, 4, 4),
                new Area(0x200, NumberType.I8, 5, 0, 4), Rescaling.f32(), 32, false, -128, 127, false, 0),
            new ControlInstruction.Signal(2, 1),
            new ControlInstruction.Halt()));
        queues.put(Queue.DMA_OUT, list(
            new ControlInstruction.Wait(2, 1),
            new DmaInstruction.DmaOut(new Block(0x200, 0, 0), 0x200, 0, 0, new Extent(16, 1, 1)),
            new ControlInstruction.Halt()));
        return queues;
    }

    static Program small() {
        return program(machine(), smallQueues());
    }

    static Program program(MachineParameters machine, Map<Queue, List<Instruction>> queues) {
        return new Program("small", machine, List.of("matmul"), List.of(Segment.constant("weights", 0, new byte[40]),
            Segment.space("x", Segment.Kind.INPUT, 0x100, 32),
            Segment.space("y", Segment.Kind.OUTPUT, 0x200, 16)), queues);
    }

    static List<Instruction> list(Instruction... instructions) {
        return new ArrayList<>(List.of(instructions));
    }
}
