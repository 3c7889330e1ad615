package quantwright.simulator;

import java.util.List;
import java.util.Optional;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.NpuMachine;

/** Machines of profiles for tests. */
final class NpuMachines {
    /** 100 MHz: a cycle is 10 ns. */
    static final NpuMachine.OperatingPoint POINT = new NpuMachine.OperatingPoint("nominal", 0.8, 100e6);

    private NpuMachines() {
    }

    /** A plain systolic machine with the program's parameters, and memories that never hold it up. */
    static NpuMachine plain(MachineParameters p) {
        return of(p, 1e15, 1 << 20, 64, 0, 0);
    }

    /** The same with numbers of one's own. */
    static NpuMachine of(MachineParameters p, double dramBytesPerSecond, double dmaBytesPerCycle, int bankWidth,
            double latencySeconds, int setupCycles) {
        return new NpuMachine(
            new NpuMachine.MacArray(NpuMachine.Structure.SYSTOLIC, NpuMachine.Dataflow.valueOf(p.dataflow().name()),
                p.arrayRows(), p.arrayColumns(), 1, p.stationaryBuffers(), 0, 64, 0.001),
            List.of(new NpuMachine.TypePair(8, 8, 1, 0.3), new NpuMachine.TypePair(8, 4, 2, 0.12),
                new NpuMachine.TypePair(16, 8, 0.5, 0.9)),
            new NpuMachine.Accumulators(p.accumulatorWords(), p.accumulatorBits(), 0.5, 0.0001),
            new NpuMachine.VectorUnit(8, 8, 8, 8, 2, 16, 4, 1, 0.0002),
            new NpuMachine.Scratchpad(p.scratchpadBytes(), p.scratchpadBanks(), bankWidth, 2, 3, 0.002),
            new NpuMachine.Dma(dmaBytesPerCycle, p.dmaAlignment(), 64, setupCycles, 0.6),
            new NpuMachine.ExternalMemory(p.dramBytes(), dramBytesPerSecond, latencySeconds, 64, 0.01), Optional.empty(),
            new NpuMachine.Semaphores(p.semaphores(), p.semaphoreLimit()),
            new NpuMachine.Limits(64, 64, 8, 4096),
            List.of(POINT, new NpuMachine.OperatingPoint("low", 0.4, 50e6)), new NpuMachine.Control(5, 0.0005));
    }
}
