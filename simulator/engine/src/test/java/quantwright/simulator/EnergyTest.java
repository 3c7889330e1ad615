package quantwright.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.npu.isa.Program;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.profiles.Source;

/** Energy: parts, sums, voltages, bands. */
class EnergyTest {
    private static final double EPSILON = 1e-12;

    @Test
    void totalsAreSumsOfPartsAndOfLayers() {
        var random = new Random(21);
        for (int i = 0; i < 100; i++) {
            Program program = RandomStreams.program(random);
            NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
            Timing t = TimingEngine.time(program, m, NpuMachines.POINT, TimelineListener.NONE);
            Energy e = Energy.of(t, m, Map.of());
            double parts = e.parts().values().stream().mapToDouble(p -> p.dynamic() + p.idle()).sum();
            assertEquals(parts, e.joules(), parts * EPSILON);
            assertEquals(e.joules(), e.layers().stream().mapToDouble(l -> l).sum(), parts * 1e-9);
            double windows = t.power().picojoules().stream().mapToDouble(x -> x).sum()
                + t.power().external().stream().mapToDouble(x -> x).sum();
            double dynamic = e.parts().entrySet().stream().filter(p -> p.getKey() != Component.CONTROL)
                .mapToDouble(p -> p.getValue().dynamic()).sum();
            assertEquals(dynamic, windows * 1e-12, dynamic * 1e-9);
            assertTrue(e.averageWatts() <= e.peakWatts() * (1 + EPSILON));
        }
    }

    @Test
    void halfTheVoltageIsAQuarterOfTheDynamicEnergyOnChip() {
        Program program = RandomStreams.program(new Random(22));
        NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
        Energy full = energy(program, m, new OperatingPoint("full", 0.8, 100e6));
        Energy half = energy(program, m, new OperatingPoint("half", 0.4, 100e6));
        for (Component c : Component.values()) {
            if (full.parts().containsKey(c)) {
                double factor = c.external() ? 1 : 0.25;
                double idle = c.external() ? 1 : 0.5;
                assertEquals(full.parts().get(c).dynamic() * factor, half.parts().get(c).dynamic(), 1e-18, c.text());
                assertEquals(full.parts().get(c).idle() * idle, half.parts().get(c).idle(), 1e-18, c.text());
            }
        }
    }

    private static Energy energy(Program program, NpuMachine m, OperatingPoint point) {
        return Energy.of(TimingEngine.time(program, m, point, TimelineListener.NONE), m, Map.of());
    }

    /** Traffic charged is traffic moved: each component's energy is its events times its price. */
    @Test
    void everyEventIsChargedOnce() {
        Program program = RandomStreams.program(new Random(23));
        NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
        Timing t = TimingEngine.time(program, m, NpuMachines.POINT, TimelineListener.NONE);
        Energy e = Energy.of(t, m, Map.of());
        Events v = t.events();
        assertEquals(v.macs() * 0.3e-12, e.parts().get(Component.ARRAY).dynamic(), 1e-18);
        assertEquals((v.scratchpadRead() * 2 + v.scratchpadWritten() * 3) * 1e-12,
            e.parts().get(Component.SCRATCHPAD).dynamic(), 1e-18);
        assertEquals((v.dramRead() + v.dramWritten()) * 64e-12, e.parts().get(Component.DRAM).dynamic(), 1e-18);
        assertEquals(v.dmaBytes() * 0.6e-12, e.parts().get(Component.DMA).dynamic(), 1e-18);
        assertEquals(t.busy() / (double) Timing.TICKS * 5e-12, e.parts().get(Component.CONTROL).dynamic(), 1e-18);
        assertEquals(0.01 * t.seconds(), e.parts().get(Component.DRAM).idle(), 1e-18);
    }

    @Test
    void bandsComeFromTheProfile() {
        Program program = RandomStreams.program(new Random(24));
        NpuMachine m = NpuMachines.of(program.machine(), 1e8, 8, 16, 1e-7, 10);
        Timing t = TimingEngine.time(program, m, NpuMachines.POINT, TimelineListener.NONE);
        Energy e = Energy.of(t, m, Map.of("npu.scratchpad.read", new Source(Source.Kind.MEASURED, "x", 0.1),
            "npu.scratchpad.write", new Source(Source.Kind.DATASHEET, "x", 0.3),
            "npu.scratchpad.leakage", new Source(Source.Kind.ASSUMED, "x", 3)));
        Energy.Part part = e.parts().get(Component.SCRATCHPAD);
        assertEquals(List.of("assumed", "datasheet", "measured"), part.sources());
        assertEquals((part.dynamic() * 0.3 + part.idle() * 3) / part.joules(), part.band(), EPSILON);
        assertEquals(Source.Kind.ASSUMED.band(), e.parts().get(Component.DRAM).band(), EPSILON);
    }
}
