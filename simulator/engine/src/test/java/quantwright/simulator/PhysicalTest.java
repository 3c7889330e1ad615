package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;

/** What holds for every machine and program, on random ones. */
class PhysicalTest {
    private static final int RUNS = 400;

    private static NpuMachine machine(Program program, Random random) {
        NpuMachine m = NpuMachines.of(program.machine(), 1e7 * (1 + random.nextInt(200)), 1 + random.nextInt(32),
            4 << random.nextInt(4), random.nextInt(20) * 1e-7, random.nextInt(40));
        NpuMachine.Scratchpad s = m.scratchpad();
        // Two lines or more of a bank side by side, so that a bank can be made twice as wide without moving any byte.
        return withScratchpad(m, new NpuMachine.Scratchpad(s.bytes(), s.banks(), s.bankWidth(),
            s.bankWidth() << 1 + random.nextInt(2), random.nextBoolean(), s.readPicojoules(), s.writePicojoules(),
            s.leakageWatts()));
    }

    private static Timing time(Program program, NpuMachine machine) {
        return time(program, machine, NpuMachines.POINT);
    }

    private static Timing time(Program program, NpuMachine machine, OperatingPoint point) {
        return TimingEngine.time(program, machine, point, TimelineListener.NONE);
    }

    @Test
    void cyclesLieBetweenTheirBounds() {
        var random = new Random(11);
        for (int i = 0; i < RUNS; i++) {
            Program program = RandomStreams.program(random);
            NpuMachine m = machine(program, random);
            Timing t = time(program, m);
            double channel = t.events().dramOccupied() / m.dram().bytesPerSecond() * NpuMachines.POINT.hertz();
            long array = t.units().get(Queue.ARRAY).useful();
            long vector = t.units().get(Queue.VECTOR).useful();
            assertTrue(Math.max(Math.max(array, vector), channel * Timing.TICKS) <= t.ticks(), "below the bound, run " + i);
            assertTrue(t.ticks() <= t.computeTicks() + t.channelTicks() + t.latency(), "above the bound, run " + i);
            for (Activity a : t.units().values()) {
                assertEquals(t.ticks(), a.total(), "a unit's time does not add up, run " + i);
            }
            assertEquals(t.ticks(), t.layers().stream().mapToLong(Timing.LayerTiming::ticks).sum());
            assertTrue(t.busy() <= t.ticks());
            assertEquals(t.busy(), t.layers().stream().mapToLong(Timing.LayerTiming::busy).sum());
        }
    }

    @Test
    void trafficIsWhatTheProgramMoves() {
        var random = new Random(12);
        for (int i = 0; i < RUNS; i++) {
            Program program = RandomStreams.program(random);
            Events e = time(program, machine(program, random)).events();
            long in = program.queue(Queue.DMA_IN).stream().filter(DmaInstruction.DmaIn.class::isInstance)
                .mapToLong(d -> ((DmaInstruction.DmaIn) d).size().total()).sum();
            long out = program.queue(Queue.DMA_OUT).stream().filter(DmaInstruction.DmaOut.class::isInstance)
                .mapToLong(d -> ((DmaInstruction.DmaOut) d).size().total()).sum();
            assertEquals(in, e.dramRead());
            assertEquals(out, e.dramWritten());
            assertTrue(e.externalBytes() <= e.scratchpadBytes());
            assertTrue(e.dramOccupied() >= e.externalBytes());
        }
    }

    @Test
    void aFasterPartNeverMakesAProgramSlower() {
        var random = new Random(13);
        int faster = 0;
        int fewerConflicts = 0;
        for (int i = 0; i < RUNS; i++) {
            Program program = RandomStreams.program(random);
            NpuMachine m = machine(program, random);
            long before = time(program, m).ticks();
            double more = 1 + random.nextDouble();
            long after = time(program, withDram(m, m.dram().bytesPerSecond() * more, m.dram().latencySeconds())).ticks();
            assertTrue(after <= before, "more DRAM bandwidth: " + before + " to " + after);
            faster += after < before ? 1 : 0;
            assertTrue(time(program, withDram(m, m.dram().bytesPerSecond(), m.dram().latencySeconds() / 2)).ticks()
                <= before, "less latency");
            var dma = new NpuMachine.Dma(m.dma().bytesPerCycle() * more, m.dma().alignment(), m.dma().burstBytes(),
                m.dma().setupCycles(), m.dma().bytePicojoules());
            assertTrue(time(program, withDma(m, dma)).ticks() <= before, "a faster DMA engine");
            NpuMachine.Scratchpad s = m.scratchpad();
            assertTrue(time(program, withScratchpad(m, 2 * s.bytes(), s.banks(), s.bankWidth())).ticks() <= before, "size");
            long twice = time(program, withScratchpad(m, s.bytes(), 2 * s.banks(), s.bankWidth())).ticks();
            assertTrue(twice <= before, "twice the banks: " + before + " to " + twice);
            fewerConflicts += twice < before ? 1 : 0;
            assertTrue(time(program, withScratchpad(m, s.bytes(), s.banks(), 2 * s.bankWidth())).ticks() <= before,
                "wider banks");
        }
        assertTrue(faster > RUNS / 4, "bandwidth mattered in " + faster + " runs only");
        assertTrue(fewerConflicts > RUNS / 20, "banks mattered in " + fewerConflicts + " runs only");
    }

    /** Each duration is rounded up to a tick, which may show where time is compared over clocks. */
    @Test
    void aFasterClockNeverMakesAProgramSlower() {
        var random = new Random(14);
        for (int i = 0; i < RUNS; i++) {
            Program program = RandomStreams.program(random);
            NpuMachine m = machine(program, random);
            double before = time(program, m).seconds();
            var point = new OperatingPoint("fast", 0.8, 100e6 * (1 + random.nextDouble()));
            double tick = program.size() / (double) Timing.TICKS / 100e6;
            double after = time(program, m, point).seconds();
            assertTrue(after <= before + tick, before + " s to " + after + " s");
        }
    }

    private static NpuMachine withDram(NpuMachine m, double bandwidth, double latency) {
        var dram = new NpuMachine.ExternalMemory(m.dram().bytes(), bandwidth, latency, m.dram().bytePicojoules(),
            m.dram().backgroundWatts());
        return new NpuMachine(m.array(), m.types(), m.accumulators(), m.vector(), m.scratchpad(), m.dma(), dram,
            Optional.empty(), m.semaphores(), m.limits(), m.points(), m.control());
    }

    private static NpuMachine withDma(NpuMachine m, NpuMachine.Dma dma) {
        return new NpuMachine(m.array(), m.types(), m.accumulators(), m.vector(), m.scratchpad(), dma, m.dram(),
            m.flash(), m.semaphores(), m.limits(), m.points(), m.control());
    }

    private static NpuMachine withScratchpad(NpuMachine m, long bytes, int banks, int width) {
        NpuMachine.Scratchpad s = m.scratchpad();
        return withScratchpad(m, new NpuMachine.Scratchpad(bytes, banks, width, s.interleave(), s.hashed(),
            s.readPicojoules(), s.writePicojoules(), s.leakageWatts()));
    }

    private static NpuMachine withScratchpad(NpuMachine m, NpuMachine.Scratchpad scratchpad) {
        return new NpuMachine(m.array(), m.types(), m.accumulators(), m.vector(), scratchpad, m.dma(), m.dram(), m.flash(),
            m.semaphores(), m.limits(), m.points(), m.control());
    }
}
