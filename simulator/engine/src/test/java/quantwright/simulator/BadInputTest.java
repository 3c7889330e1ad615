package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.ir.diag.UserErrorException;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;
import quantwright.npu.isa.ProgramText;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;
import quantwright.profiles.NpuMachine;

/** Programs that are wrong: a diagnostic, in bounded time, and no figure. */
class BadInputTest {
    private static List<String> messages(Program program) {
        NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
        List<String> heard = new ArrayList<>();
        var e = assertThrows(UserErrorException.class,
            () -> heard.add(TimingEngine.time(program, m, NpuMachines.POINT, TimelineListener.NONE).toString()));
        assertEquals(List.of(), heard);
        return e.diagnostics().stream().map(d -> d.code().id() + " " + d.message()).toList();
    }

    private static Stream stream() {
        return new Stream(Machines.of(Dataflow.WEIGHT_STATIONARY, 8, 8));
    }

    /** Each of two queues waits for the other after some work: the diagnostic names both, and when they stopped. */
    @Test
    void aDeadlockNamesInstructionsAndCycle() {
        Program program = stream().input("x", 256, 0).with(Queue.DMA_IN, new ControlInstruction.Wait(1, 1))
            .with(Queue.DMA_IN, new ControlInstruction.Signal(2, 1)).with(Queue.ARRAY, new ControlInstruction.Wait(2, 1))
            .with(Queue.ARRAY, new ControlInstruction.Signal(1, 1)).program();
        List<String> found = messages(program);
        assertEquals(2, found.size());
        assertTrue(found.getFirst().startsWith("QW-S0102 program \"test\", dma-in instruction 1 (wait): waits for ever"),
            found.toString());
        // 10 cycles of set-up, 10 of latency at 100 MHz, 256 bytes at 1 byte per cycle.
        assertTrue(found.getFirst().endsWith("nothing moves after cycle 276"), found.toString());
        assertTrue(found.getLast().contains("array instruction 0 (wait)"), found.toString());
    }

    @Test
    void anAddressOutOfRangeNamesTheInstruction() {
        List<String> found = messages(stream().input("x", 256, 0).with(Queue.DMA_IN,
            new DmaInstruction.DmaIn(0, 0, 0, new Block((1 << 22) - 4, 0, 0), new Extent(64, 1, 1))).program());
        assertTrue(found.getFirst().startsWith("QW-S0101 program \"test\", dma-in instruction 1 (dma.in): destination"),
            found.toString());
        // The transfer before it takes 64 cycles and one for each 16 bytes.
        assertTrue(found.getFirst().endsWith("; the reference schedule gets there in cycle 80"), found.toString());
    }

    @Test
    void anotherMachineIsRefused() {
        Program program = RandomStreams.program(new Random(1));
        NpuMachine other = NpuMachines.plain(Machines.of(Dataflow.OUTPUT_STATIONARY, 8, 8));
        var e = assertThrows(UserErrorException.class,
            () -> TimingEngine.time(program, other, NpuMachines.POINT, TimelineListener.NONE));
        assertEquals(SimulatorDiagnostic.OTHER_MACHINE, e.diagnostics().getFirst().code());
        NpuMachine m = NpuMachines.plain(program.machine());
        var fewer = new NpuMachine(m.array(), List.of(new NpuMachine.TypePair(16, 8, 1, 1)), m.accumulators(), m.vector(),
            m.scratchpad(), m.dma(), m.dram(), m.flash(), m.semaphores(), m.limits(), m.points(), m.control());
        e = assertThrows(UserErrorException.class,
            () -> TimingEngine.time(program, fewer, NpuMachines.POINT, TimelineListener.NONE));
        assertTrue(e.getMessage().contains("no pair of 8-bit activations and 8-bit weights")
            && e.getMessage().matches("(?s).*, array instruction \\d+ \\(.*gets there in cycle \\d+.*"), e.getMessage());
    }

    /** Damaged binary and text forms: refused by the reader or the engines, or simulated; never stuck, never a crash. */
    @Test
    void damagedStreamsEndInBoundedTime() {
        var random = new Random(41);
        var fates = new int[3];
        assertTimeoutPreemptively(Duration.ofSeconds(120), () -> {
            for (int i = 0; i < 1500; i++) {
                Program program = RandomStreams.program(random);
                Program damaged = i % 2 == 0 ? binary(program, random) : text(program, random);
                fates[damaged == null ? 0 : simulated(damaged) ? 2 : 1]++;
            }
        });
        assertTrue(fates[0] > 100 && fates[1] > 100 && fates[2] > 100, fates[0] + " " + fates[1] + " " + fates[2]);
    }

    private static boolean simulated(Program program) {
        try {
            NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
            TimingEngine.time(program, m, NpuMachines.POINT, TimelineListener.NONE);
            FunctionalEngine.run(program, program.segments().stream().filter(s -> s.kind() == Segment.Kind.INPUT)
                .map(s -> new byte[(int) s.size()]).toList());
            return true;
        } catch (UserErrorException refused) {
            assertTrue(refused.diagnostics().stream().allMatch(d -> d.code() instanceof SimulatorDiagnostic));
            return false;
        }
    }

    /** A changed byte, with the checksum made right again. */
    private static Program binary(Program program, Random random) {
        byte[] bytes = ProgramBinary.write(program);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        var crc = new java.util.zip.CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        for (int i = 0; i < 4; i++) {
            bytes[bytes.length - 4 + i] = (byte) (crc.getValue() >> 8 * i);
        }
        try {
            return ProgramBinary.read(bytes);
        } catch (ProgramFormatException refused) {
            return null;
        }
    }

    /** A number replaced by another, or a line dropped or doubled. */
    private static Program text(Program program, Random random) {
        List<String> lines = new ArrayList<>(ProgramText.write(program).lines().toList());
        int at = random.nextInt(lines.size());
        switch (random.nextInt(3)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(at, lines.get(at));
            default -> lines.set(at, lines.get(at).replaceFirst("=[0-9]+", "=" + random.nextInt(1 << random.nextInt(31))));
        }
        try {
            return ProgramText.read(String.join("\n", lines) + "\n");
        } catch (ProgramFormatException refused) {
            return null;
        }
    }
}
