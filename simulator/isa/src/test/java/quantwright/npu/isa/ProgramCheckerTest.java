package quantwright.npu.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Finding.Code;

/** Each finding is provoked by one change to a program that has none. */
class ProgramCheckerTest {
    private static final Instruction HALT = new ControlInstruction.Halt();

    private static void expect(Code code, Queue queue, int index, Instruction instruction) {
        expect(code, queue, index, instruction, Programs.machine());
    }

    private static void expect(Code code, Queue queue, int index, Instruction instruction, MachineParameters machine) {
        Map<Queue, List<Instruction>> queues = Programs.smallQueues();
        queues.get(queue).set(index, instruction);
        List<Finding> findings = ProgramChecker.check(Programs.program(machine, queues));
        assertTrue(findings.stream().anyMatch(f -> f.code() == code && f.queue() == queue && f.index() == index),
            code + " expected: " + findings);
    }

    private static List<Finding> queues(List<Instruction> in, List<Instruction> array) {
        return ProgramChecker.check(Programs.program(Programs.machine(), Map.of(Queue.DMA_IN, in, Queue.ARRAY, array,
            Queue.VECTOR, List.of(HALT), Queue.DMA_OUT, List.of(HALT))));
    }

    private static Instruction wait(int semaphore) {
        return new ControlInstruction.Wait(semaphore, 1);
    }

    private static Instruction signal(int semaphore) {
        return new ControlInstruction.Signal(semaphore, 1);
    }

    @Test
    void aGoodProgramHasNoFindings() {
        assertEquals(List.of(), ProgramChecker.check(Programs.small()));
    }

    @Test
    void memoryAndDma() {
        var row = new Extent(8, 1, 1);
        var to = new Block(0x100, 0, 0);
        expect(Code.DRAM, Queue.DMA_IN, 2, new DmaInstruction.DmaIn(0x11c, 0, 0, to, row));
        expect(Code.DRAM, Queue.DMA_IN, 2, new DmaInstruction.DmaIn(0x8000, 0, 0, to, row));
        expect(Code.DRAM, Queue.DMA_OUT, 1, new DmaInstruction.DmaOut(to, 0x100, 0, 0, row));
        expect(Code.ALIGNMENT, Queue.DMA_IN, 2, new DmaInstruction.DmaIn(0x102, 0, 0, to, row));
        expect(Code.ALIGNMENT, Queue.DMA_IN, 2, new DmaInstruction.DmaIn(0x100, 0, 0, new Block(2, 0, 0), row));
        expect(Code.SCRATCHPAD, Queue.DMA_IN, 2, new DmaInstruction.DmaIn(0x100, 0, 0, new Block(4092, 0, 0), row));
        expect(Code.OVERLAP, Queue.DMA_IN, 2, new DmaInstruction.DmaFill(new Block(0, 4, 0), new Extent(8, 2, 1), 0));
        expect(Code.OVERLAP, Queue.DMA_IN, 2, new DmaInstruction.DmaFill(new Block(0, 8, 8), new Extent(8, 2, 2), 0));
        expect(Code.WRONG_QUEUE, Queue.DMA_OUT, 1, new DmaInstruction.DmaFill(to, row, 0));
        expect(Code.LAYER, Queue.DMA_IN, 0, new ControlInstruction.Mark(1));
        expect(Code.HALT, Queue.DMA_IN, 0, HALT);
        expect(Code.HALT, Queue.DMA_IN, -1, 4);
    }

    private static void expect(Code code, Queue queue, int index, int removed) {
        Map<Queue, List<Instruction>> queues = Programs.smallQueues();
        queues.get(queue).remove(removed);
        List<Finding> findings = ProgramChecker.check(Programs.program(Programs.machine(), queues));
        assertEquals(List.of(code + " " + index), findings.stream().map(f -> f.code() + " " + f.index()).toList());
    }

    @Test
    void array() {
        Window rows = Window.matrix(0x100, NumberType.I8, 0, 4, 8, 8);
        var sums = new Accumulators(0, 4);
        var weights = new Weights(0, NumberType.I8, 0, 8, 4, 4);
        expect(Code.TILE, Queue.ARRAY, 1,
            new ArrayInstruction.LoadWeights(0, new Weights(0, NumberType.I8, 0, 9, 4, 4)));
        expect(Code.UNSUPPORTED, Queue.ARRAY, 1, new ArrayInstruction.LoadWeights(2, weights));
        expect(Code.UNSUPPORTED, Queue.ARRAY, 1,
            new ArrayInstruction.LoadWeights(0, new Weights(0, NumberType.I2, 0, 8, 4, 4)));
        expect(Code.TILE, Queue.ARRAY, 2, new ArrayInstruction.StreamInputs(1, rows, 4, sums, false));
        expect(Code.TILE, Queue.ARRAY, 2, new ArrayInstruction.StreamInputs(0, rows, 5, new Accumulators(0, 5), false));
        expect(Code.ACCUMULATORS, Queue.ARRAY, 2,
            new ArrayInstruction.StreamInputs(0, rows, 4, new Accumulators(241, 4), false));
        expect(Code.OVERLAP, Queue.ARRAY, 2,
            new ArrayInstruction.StreamInputs(0, rows, 4, new Accumulators(0, 3), false));
        expect(Code.UNSUPPORTED, Queue.ARRAY, 2, new ArrayInstruction.StreamBoth(rows, weights, sums, false));
        expect(Code.SCRATCHPAD, Queue.ARRAY, 2, new ArrayInstruction.StreamInputs(0,
            new Window(0, NumberType.I8, 0, 1 << 20, Integer.MAX_VALUE, 1 << 20, Integer.MAX_VALUE, 1 << 20,
                Integer.MAX_VALUE, 1 << 20, Integer.MAX_VALUE, 1 << 20), 4, sums, false));
        var output = Programs.machine(Dataflow.OUTPUT_STATIONARY);
        var input = Programs.machine(Dataflow.INPUT_STATIONARY);
        expect(Code.TILE, Queue.ARRAY, 2, new ArrayInstruction.StreamBoth(rows,
            new Weights(0, NumberType.I8, 0, 7, 4, 4), sums, false), output);
        expect(Code.TILE, Queue.ARRAY, 2, new ArrayInstruction.StreamWeights(0, 5, weights, sums, false), input);
        expect(Code.TILE, Queue.ARRAY, 1,
            new ArrayInstruction.LoadInputs(0, Window.matrix(0, NumberType.I8, 0, 9, 8, 8)), input);
        expect(Code.TILE, Queue.ARRAY, 2, new ArrayInstruction.Depthwise(rows, weights, 1, sums, false));
    }

    @Test
    void everyDataflowHasAGoodProgram() {
        Window rows = Window.matrix(0x100, NumberType.I8, 0, 4, 8, 8);
        var sums = new Accumulators(0, 4);
        var weights = new Weights(0, NumberType.I8, 0, 8, 4, 4);
        var queues = Programs.smallQueues();
        queues.get(Queue.ARRAY).set(1, new ControlInstruction.Mark(0));
        queues.get(Queue.ARRAY).set(2, new ArrayInstruction.StreamBoth(rows, weights, sums, true));
        assertEquals(List.of(),
            ProgramChecker.check(Programs.program(Programs.machine(Dataflow.OUTPUT_STATIONARY), queues)));
        queues.get(Queue.ARRAY).set(1, new ArrayInstruction.LoadInputs(1, rows));
        queues.get(Queue.ARRAY).set(2, new ArrayInstruction.StreamWeights(1, 4, weights, sums, false));
        assertEquals(List.of(),
            ProgramChecker.check(Programs.program(Programs.machine(Dataflow.INPUT_STATIONARY), queues)));
    }

    @Test
    void vector() {
        var sums = new Accumulators(0, 4);
        var grid = new Grid(1, 4, 4);
        var area = new Area(0x200, NumberType.I8, 0, 0, 4);
        var f32 = Rescaling.f32();
        expect(Code.ALIGNMENT, Queue.VECTOR, 1,
            new VectorInstruction.Requantize(sums, grid, area, f32, 34, false, 0, 1, false, 0));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1,
            new VectorInstruction.Requantize(sums, grid, area, f32, 32, false, 0, 128, false, 0));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, new VectorInstruction.Requantize(sums, grid, area,
            new Rescaling(RoundingMode.GEMMLOWP_DOUBLE, 15, false), 32, false, 0, 1, false, 0));
        expect(Code.SCRATCHPAD, Queue.VECTOR, 1,
            new VectorInstruction.Requantize(sums, grid, area, f32, 32, false, 0, 1, true, 4000));
        expect(Code.ACCUMULATORS, Queue.VECTOR, 1,
            new VectorInstruction.Requantize(new Accumulators(250, 4), grid, area, f32, 32, false, 0, 1, false, 0));
        expect(Code.OVERLAP, Queue.VECTOR, 1, new VectorInstruction.Elementwise(ElementwiseKind.ADD, grid, area, false,
            area, true, new Area(0x200, NumberType.I8, 0, 0, 3), f32, 32, 0, 1));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, new VectorInstruction.Lookup(grid,
            new Area(0x200, NumberType.I16, 0, 0, 8), area, 0));
        expect(Code.SCRATCHPAD, Queue.VECTOR, 1, new VectorInstruction.Softmax(grid, area, area, false, 3076));
        expect(Code.OVERLAP, Queue.VECTOR, 1,
            new VectorInstruction.Move(new Block(0, 0, 0), new Block(4, 0, 0), new Extent(8, 1, 1)));
        expect(Code.TILE, Queue.VECTOR, 1, new VectorInstruction.Pool(PoolKind.MAX,
            new Window(0, NumberType.I8, 0, 1, 0, 1, 0, 1 << 9, 0, 1 << 8, 0, 4), area, f32, 0, false, 0, 1));
    }

    @Test
    void poolsOnTheWayOutOfTheAccumulators() {
        var sums = new Accumulators(0, 4);
        var grid = new Grid(2, 2, 4);
        var area = new Area(0x200, NumberType.I8, 0, 0, 0);
        var stored = new Stored(NumberType.I8, 0, Rescaling.f32(), 32, false, 0, 1, false, 0);
        Map<Queue, List<Instruction>> queues = Programs.smallQueues();
        queues.get(Queue.VECTOR).set(1, pool(sums, grid, stored, 2, area, 0));
        assertEquals(List.of(), ProgramChecker.check(Programs.program(Programs.machine(), queues)));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, pool(sums, grid, stored, 9, area, 0));
        expect(Code.ACCUMULATORS, Queue.VECTOR, 1, pool(new Accumulators(250, 4), grid, stored, 2, area, 0));
        expect(Code.SCRATCHPAD, Queue.VECTOR, 1, pool(sums, grid, stored, 2, new Area(4094, NumberType.I8, 0, 0, 0), 0));
        expect(Code.ALIGNMENT, Queue.VECTOR, 1, pool(sums, grid, stored, 2, area, 34));
        expect(Code.ALIGNMENT, Queue.VECTOR, 1, pool(sums, grid,
            new Stored(NumberType.I8, 0, Rescaling.f32(), 34, false, 0, 1, false, 0), 2, area, 0));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, pool(sums, grid,
            new Stored(NumberType.I4, 0, Rescaling.f32(), 32, false, 0, 1, false, 0), 2, area, 0));
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, pool(sums, grid,
            new Stored(NumberType.I16, 0, Rescaling.f32(), 32, false, 0, 1, true, 0), 2, area, 0));
        var without = new MachineParameters(8, 8, Dataflow.WEIGHT_STATIONARY, 2, 4096, 4, 8, 256, 32, 1 << 16, 4, 8, 3, true,
            false, 4, 0);
        expect(Code.UNSUPPORTED, Queue.VECTOR, 1, pool(sums, grid, stored, 2, area, 0), without);
    }

    private static Instruction pool(Accumulators sums, Grid grid, Stored stored, int side, Area output, int table) {
        return new VectorInstruction.RequantizePool(sums, grid, stored, PoolKind.AVERAGE,
            new PoolWindows(1, 1, side, side, 2, 2, 0, 0, 0), output, Rescaling.f32(), table, 0, 1);
    }

    @Test
    void segmentsMayNotOverlapOrLeaveDram() {
        var segments = List.of(Segment.space("a", Segment.Kind.INPUT, 0, 100),
            Segment.space("b", Segment.Kind.WORKSPACE, 50, 10), Segment.space("c", Segment.Kind.OUTPUT, 80, 1 << 17));
        var program = new Program("p", Programs.machine(), List.of(), segments, Map.of());
        assertEquals(List.of("segments a and b overlap", "segment c ends at 131152, DRAM at 65536",
            "segments a and c overlap"), ProgramChecker.check(program).stream()
                .filter(f -> f.code() == Code.SEGMENT).map(Finding::message).toList());
    }

    @Test
    void semaphoresExistAndJoinTwoQueues() {
        expect(Code.SEMAPHORE, Queue.DMA_IN, 3, signal(8));
        expect(Code.SEMAPHORE, Queue.DMA_IN, 3, new ControlInstruction.Signal(0, 4));
        expect(Code.SEMAPHORE, Queue.ARRAY, 3, signal(0));
        expect(Code.SEMAPHORE, Queue.VECTOR, 0, wait(0));
    }

    @Test
    void deadlocksNameTheInstructionsThatHoldEachOther() {
        assertEquals(List.of(
            "dma-in instruction 0: waits for ever: needs 1 of semaphore 1, which stays at 0 [deadlock]",
            "array instruction 0: waits for ever: needs 1 of semaphore 0, which stays at 0 [deadlock]"),
            queues(List.of(wait(1), signal(0), HALT), List.of(wait(0), signal(1), HALT)).stream()
                .map(Finding::toString).toList());
        assertEquals(List.of("signals for ever: semaphore 0 stays at 3 and may not pass 3 by 1"),
            queues(List.of(signal(0), signal(0), signal(0), signal(0), HALT), List.of(HALT)).stream()
                .map(Finding::message).toList());
        assertEquals(List.of(Code.SEMAPHORE_LEFT),
            queues(List.of(signal(0), HALT), List.of(HALT)).stream().map(Finding::code).toList());
        assertEquals(List.of(), queues(List.of(signal(0), wait(1), HALT), List.of(wait(0), signal(1), HALT)));
    }

    @Test
    void aRunInAnyOtherOrderEndsAsTheCheckSays() {
        int stuck = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            List<Instruction> in = new ArrayList<>();
            List<Instruction> array = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                in.add(random.nextBoolean() ? signal(0) : wait(1));
                array.add(random.nextBoolean() ? signal(1) : wait(0));
            }
            in.add(HALT);
            array.add(HALT);
            boolean found = queues(in, array).stream().anyMatch(f -> f.code() == Code.DEADLOCK);
            stuck += found ? 1 : 0;
            assertEquals(!finishes(List.of(in, array), random), found, in + " " + array);
        }
        assertTrue(stuck > 100 && stuck < 1_900, "one-sided: " + stuck);
    }

    /** One step of a random queue at a time. */
    private static boolean finishes(List<List<Instruction>> streams, Random random) {
        int[] at = new int[2];
        int[] values = new int[2];
        for (int idle = 0; idle < 200; idle++) {
            int q = random.nextInt(2);
            Instruction next = streams.get(q).get(at[q]);
            if (next instanceof ControlInstruction.Wait(int s, int _) && values[s] > 0) {
                values[s]--;
                at[q]++;
            } else if (next instanceof ControlInstruction.Signal(int s, int _) && values[s] < 3) {
                values[s]++;
                at[q]++;
            }
        }
        return streams.get(0).get(at[0]) == HALT && streams.get(1).get(at[1]) == HALT;
    }
}
