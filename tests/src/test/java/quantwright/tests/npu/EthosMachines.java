package quantwright.tests.npu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.Accumulators;
import quantwright.profiles.NpuMachine.Control;
import quantwright.profiles.NpuMachine.Dataflow;
import quantwright.profiles.NpuMachine.Dma;
import quantwright.profiles.NpuMachine.ExternalMemory;
import quantwright.profiles.NpuMachine.Limits;
import quantwright.profiles.NpuMachine.MacArray;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.profiles.NpuMachine.Scratchpad;
import quantwright.profiles.NpuMachine.Semaphores;
import quantwright.profiles.NpuMachine.Structure;
import quantwright.profiles.NpuMachine.TypePair;
import quantwright.profiles.NpuMachine.VectorUnit;
import quantwright.profiles.QuantizationRules;

/**
 * Ethos-U class machines for cycle counts; energies are left at 0. From public documents: 8 input channels by 8 outputs by 2
 * or 4 positions a cycle, element-wise rates, AXI widths, clocks, and the memories of {@code vela.ini}'s high-end systems
 * (flash of 1 byte a cycle behind U55, DRAM of 3.75 bytes a cycle behind U65, the same for U85, whose system is not public).
 * Banks are those of the shared RAM (U85: assumed 64). Assumed: feature maps lie in an SRAM of 384 KiB, {@code vela.ini}'s
 * dedicated SRAM, which is the template's scratchpad; what does not fit goes to SRAM behind AXI. Two numbers are fitted:
 * {@link #PIPELINE} and {@link #DEPTHWISE}.
 */
final class EthosMachines {
    /** Fitted: cycles that a tile of 8 x 8 weights costs beside its positions. */
    static final int PIPELINE = 10;
    /** Fitted: multiplications per cycle and position of a depthwise convolution. */
    static final int DEPTHWISE = 7;

    private EthosMachines() {
    }

    static HardwareProfile u55(int macs) {
        double hertz = 500e6;
        return profile("ethos-u55-" + macs, machine(macs * 24 / 128, macs / 64, macs / 32.0, hertz, 8,
                new ExternalMemory(2 << 20, 8 * hertz, 32 / hertz, 0, 0),
                new ExternalMemory(64 << 20, hertz, 64 / hertz, 0, 0)));
    }

    static HardwareProfile u65() {
        return profile("ethos-u65-256", gigahertz(48, 8, 32));
    }

    static HardwareProfile u85() {
        return profile("ethos-u85-256", gigahertz(64, 16, 16));
    }

    private static NpuMachine gigahertz(int banks, double rate, int latency) {
        double hertz = 1e9;
        return machine(banks, 4, rate, hertz, 16, new ExternalMemory(2 << 20, 16 * hertz, latency / hertz, 0, 0),
                new ExternalMemory(1 << 30, 3.75 * hertz, 500 / hertz, 0, 0));
    }

    private static NpuMachine machine(int banks, int positions, double rate, double hertz, int axiBytes, ExternalMemory sram,
            ExternalMemory constants) {
        return new NpuMachine(
                new MacArray(Structure.BROADCAST, Dataflow.WEIGHT_STATIONARY, 8, 8, positions, 2, PIPELINE, DEPTHWISE * positions, 0),
                List.of(new TypePair(8, 8, 1, 0)), new Accumulators(2048 * positions, 32, 0, 0),
                new VectorUnit(rate, rate, 4 * rate, rate, rate / 8, axiBytes, 16, 0, 0),
                new Scratchpad(384 << 10, banks, 8, 0, 0, 0), new Dma(axiBytes, 4, 32, 16, 0), sram, Optional.of(constants),
                new Semaphores(64, 15), new Limits(64, 64, 3, 65536), List.of(new OperatingPoint("nominal", 0.8, hertz)),
                new Control(0, 0));
    }

    private static HardwareProfile profile(String id, NpuMachine machine) {
        return new HardwareProfile(id, "", Optional.empty(), Optional.of(machine),
                new QuantizationRules("tflite", true, true, true), Map.of(), "");
    }
}
