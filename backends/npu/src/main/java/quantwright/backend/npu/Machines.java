package quantwright.backend.npu;

import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.NpuMachine;

/** What of a profile's machine the correctness of programs depends on. */
public final class Machines {
    /** The least alignment: that of parameter tables. */
    private static final int TABLE_ALIGNMENT = 4;

    private Machines() {
    }

    /** The machine parameters of programs for a profile's machine. */
    public static MachineParameters parameters(NpuMachine m) {
        NpuMachine.MacArray array = m.array();
        return new MachineParameters(array.rows(), array.columns(), dataflow(array.dataflow()),
                array.stationaryBuffers(), Math.toIntExact(m.scratchpad().bytes()), m.scratchpad().banks(),
                m.scratchpad().bankWidth(), m.accumulators().words(), m.accumulators().bits(), dramBytes(m),
                m.dma().alignment(), m.semaphores().count(), m.semaphores().limit(), array.depthwiseMacs() > 0,
                m.types().stream().anyMatch(t -> t.activationBits() == 16),
                m.types().stream().mapToInt(NpuMachine.TypePair::weightBits).min().orElse(8),
                m.vector().outputPool().map(NpuMachine.OutputPool::window).orElse(0));
    }

    /** Alignment that everything placed by this backend has. */
    public static int alignment(MachineParameters m) {
        return Math.max(TABLE_ALIGNMENT, m.dmaAlignment());
    }

    private static long dramBytes(NpuMachine m) {
        long flash = m.flash().map(NpuMachine.ExternalMemory::bytes).orElse(0L);
        return Math.min(m.dram().bytes() + flash, MachineParameters.MAX_DRAM);
    }

    private static Dataflow dataflow(NpuMachine.Dataflow d) {
        return switch (d) {
            case WEIGHT_STATIONARY -> Dataflow.WEIGHT_STATIONARY;
            case OUTPUT_STATIONARY -> Dataflow.OUTPUT_STATIONARY;
            case INPUT_STATIONARY -> Dataflow.INPUT_STATIONARY;
        };
    }
}
