package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;

/** The example that {@code docs/simulator.md} works by hand, simulated: each step's cycles and energy are the page's. */
class WorkedExampleTest {
    private static final MachineParameters PARAMETERS = new MachineParameters(16, 16, Dataflow.WEIGHT_STATIONARY, 1,
        32 << 10, 16, 16, 1024, 32, 1 << 20, 4, 16, 4, false, false, 8, 0);
    private static final OperatingPoint POINT = new OperatingPoint("nominal", 0.9, 100e6);

    private static Program program() {
        var sums = new Accumulators(0, 16);
        return new Stream(PARAMETERS).input("w", 256, 0).input("x", 256, 256).input("t", 8, 512)
            .then(Queue.ARRAY, new ArrayInstruction.LoadWeights(0, new Weights(0, NumberType.I8, 0, 16, 16, 16)))
            .then(Queue.ARRAY, new ArrayInstruction.StreamInputs(0, Window.matrix(256, NumberType.I8, 0, 16, 16, 16), 16,
                sums, false))
            .then(Queue.VECTOR, new VectorInstruction.Requantize(sums, new Grid(1, 16, 16),
                new Area(1024, NumberType.I8, 0, 0, 16), Rescaling.f32(), 512, false, -128, 127, false, 0))
            .output("y", 256, 1024).program();
    }

    private static NpuMachine machine() {
        return new NpuMachine(new NpuMachine.MacArray(NpuMachine.Structure.SYSTOLIC,
            NpuMachine.Dataflow.WEIGHT_STATIONARY, 16, 16, 1, 1, 0, 0, 0), List.of(new NpuMachine.TypePair(8, 8, 1, 0.30)),
            new NpuMachine.Accumulators(1024, 32, 0, 0), new NpuMachine.VectorUnit(16, 16, 16, 16, 16, 16, 0, 0, 0),
            new NpuMachine.Scratchpad(32 << 10, 16, 16, 2.13, 2.13, 0), new NpuMachine.Dma(16, 4, 16, 0, 0),
            new NpuMachine.ExternalMemory(1 << 20, 100e6, 0, 64, 0), Optional.empty(),
            new NpuMachine.Semaphores(16, 4), new NpuMachine.Limits(16, 16, 4, 1024), List.of(POINT),
            new NpuMachine.Control(0, 0));
    }

    @Test
    void thePageIsRight() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs"))) {
            root = root.getParent();
        }
        String page = Files.readString(root.resolve("docs/simulator.md"));
        List<Long> durations = new ArrayList<>();
        NpuMachine machine = machine();
        Timing t = TimingEngine.time(program(), machine, POINT, new TimelineListener() {
            @Override
            public void executed(Queue queue, int index, int layer, long start, long end) {
                durations.add((end - start) / Timing.TICKS);
            }

            @Override
            public void stalled(Queue queue, int layer, StallCause cause, long start, long end) {
                // The page counts whole steps.
            }
        });
        assertEquals(List.of(256L, 256L, 16L, 16L, 46L, 16L, 256L), durations);
        Energy energy = Energy.of(t, machine, Map.of());
        Events e = t.events();
        assertEquals(520 + 256, e.externalBytes());
        assertEquals(520 + 256 + 256 + 264 + 256, e.scratchpadBytes());
        Matcher all = Pattern.compile("\\| all, one after another \\| \\| (\\d+) \\| ([\\d.]+) pJ \\|").matcher(page);
        assertTrue(all.find());
        assertEquals(Long.parseLong(all.group(1)), t.cycles());
        assertEquals(Double.parseDouble(all.group(2)), energy.joules() * 1e12, 0.005);
        // Steps add up to the whole, on the page too.
        double sum = Pattern.compile("(?m)= ([\\d.]+) pJ \\|$").matcher(page).results()
            .mapToDouble(r -> Double.parseDouble(r.group(1))).sum();
        assertEquals(Double.parseDouble(all.group(2)), sum, 0.005);
        Matcher power = Pattern.compile("that is ([\\d.]+) microseconds and ([\\d.]+) mW").matcher(page.replace('\n', ' '));
        assertTrue(power.find());
        assertEquals(Double.parseDouble(power.group(1)), t.seconds() * 1e6, 0.005);
        assertEquals(Double.parseDouble(power.group(2)), energy.averageWatts() * 1e3, 0.0005);
    }
}
