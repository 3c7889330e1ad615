package quantwright.backend.npu.plan;

import quantwright.backend.CostOracle;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.ExternalMemory;
import quantwright.profiles.NpuMachine.Structure;
import quantwright.profiles.NpuMachine.VectorUnit;

/**
 * Cycles of single instructions in closed form, from the profile's numbers alone. Used to choose tiles and by the cost
 * oracle; independent of the simulator.
 */
public final class CostModel {
    private final NpuMachine machine;
    private final MachineParameters parameters;

    /** A model of a machine. */
    public CostModel(NpuMachine machine, MachineParameters parameters) {
        this.machine = machine;
        this.parameters = parameters;
    }

    /** The machine. */
    public NpuMachine machine() {
        return machine;
    }

    /** What programs depend on. */
    public MachineParameters parameters() {
        return parameters;
    }

    /** Alignment of everything in memory. */
    public int alignment() {
        return Math.max(4, parameters.dmaAlignment());
    }

    /** What rests in the array. */
    public Dataflow dataflow() {
        return parameters.dataflow();
    }

    /** Loading a stationary tile of {@code depth} rows. */
    public double load(int depth) {
        return machine.array().loadCycles();
    }

    /** A product of {@code rows} by {@code depth} by {@code columns}. */
    public double product(long rows, long depth, long columns, double macsPerCell) {
        NpuMachine.MacArray a = machine.array();
        double stream = switch (dataflow()) {
            case WEIGHT_STATIONARY -> rows;
            case OUTPUT_STATIONARY -> depth;
            case INPUT_STATIONARY -> columns;
        };
        if (a.structure() == Structure.BROADCAST) {
            return Math.ceil(stream / a.positions() / macsPerCell) + a.pipelineCycles();
        }
        return Math.ceil(stream / macsPerCell) + a.rows() + a.columns() - 2 + a.pipelineCycles();
    }

    /** The array's depthwise mode. */
    public double depthwise(long rows, long taps, long channels, double macsPerCell) {
        double bytes = macsPerCell(8, 8);
        double rate = machine.array().depthwiseMacs() * (bytes == 0 ? macsPerCell : macsPerCell / bytes);
        return Math.ceil(rows * machine.array().depthwiseSlots(taps) * channels / rate)
                + machine.array().pipelineCycles();
    }

    /** A vector instruction on {@code elements} at a rate. */
    public double vector(double elements, double perCycle) {
        return vectorUnit().startCycles() + Math.ceil(elements / perCycle);
    }

    /** Rates of the vector unit. */
    public VectorUnit vectorUnit() {
        return machine.vector();
    }

    /** Multiply-accumulates a cell does per cycle for these widths; 0 if it does not do them. */
    public double macsPerCell(int activationBits, int weightBits) {
        return machine.types().stream()
                .filter(t -> t.activationBits() == activationBits && t.weightBits() == weightBits)
                .mapToDouble(NpuMachine.TypePair::macsPerCell).findFirst().orElse(0);
    }

    /** Whether the array multiplies operands of these widths. */
    public boolean executes(CostOracle.Precision precision) {
        return macsPerCell(precision.activationBits(), precision.weightBits()) > 0;
    }

    /** Energy of work and traffic, and of {@code cycles} of leakage and control, at the nominal operating point. */
    public double joules(Tiling.Traffic t, double cycles, int activationBits, int weightBits) {
        double mac = machine.types().stream()
                .filter(p -> p.activationBits() == activationBits && p.weightBits() == weightBits)
                .mapToDouble(NpuMachine.TypePair::macPicojoules).findFirst().orElse(0);
        double scratchpad = (machine.scratchpad().readPicojoules() + machine.scratchpad().writePicojoules()) / 2;
        double picojoules = t.macs() * mac + t.sums() * machine.accumulators().accessPicojoules()
                + t.elements() * machine.vector().elementPicojoules() + t.scratchpad() * scratchpad
                + t.external() * machine.dma().bytePicojoules() + t.maps() * machine.dram().bytePicojoules()
                + t.constants() * constantMemory().bytePicojoules() + cycles * machine.control().cyclePicojoules();
        double watts = machine.array().cellLeakageWatts() + machine.accumulators().leakageWatts()
                + machine.vector().leakageWatts() + machine.scratchpad().leakageWatts() + machine.control().leakageWatts()
                + machine.dram().backgroundWatts()
                + machine.flash().map(ExternalMemory::backgroundWatts).orElse(0.0);
        return picojoules * 1e-12 + watts * cycles / machine.nominal().hertz();
    }

    /** DMA instructions that move {@code bytes} of maps in all; nothing if there are none. */
    public double maps(long instructions, double bytes) {
        return bytes == 0 ? 0 : transfer(machine.dram(), instructions, bytes);
    }

    /** DMA instructions that load {@code bytes} of constants in all; nothing if there are none. */
    public double constants(long instructions, double bytes) {
        return bytes == 0 ? 0 : transfer(constantMemory(), instructions, bytes);
    }

    /** Filling {@code bytes} of the scratchpad. */
    public double fill(long bytes) {
        return machine.dma().setupCycles() + bytes / machine.dma().bytesPerCycle();
    }

    /** Cycles that the slower of the channels is taken; constants share DRAM's unless they have a memory of their own. */
    public double channel(double constants, double maps) {
        double own = cycles(constantMemory(), constants);
        double dram = cycles(machine.dram(), maps);
        return machine.flash().isPresent() ? Math.max(own, dram) : own + dram;
    }

    private ExternalMemory constantMemory() {
        return machine.flash().orElse(machine.dram());
    }

    private double transfer(ExternalMemory memory, long instructions, double bytes) {
        return instructions * (machine.dma().setupCycles() + latency(memory))
                + Math.max(bytes / machine.dma().bytesPerCycle(), cycles(memory, bytes));
    }

    private double cycles(ExternalMemory memory, double bytes) {
        return bytes * machine.nominal().hertz() / memory.bytesPerSecond();
    }

    private double latency(ExternalMemory memory) {
        return memory.latencySeconds() * machine.nominal().hertz();
    }
}
