package quantwright.backend.npu.plan;

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
        return machine.array().structure() == Structure.SYSTOLIC ? machine.array().rows() : 1;
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
    public double depthwise(long rows, long taps, long channels) {
        return Math.ceil((double) rows * taps * channels / machine.array().depthwiseMacs())
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

    /** A DMA instruction of {@code rows} rows of {@code bytes}. */
    public double dma(long rows, long bytes) {
        return machine.dma().setupCycles() + latency(machine.dram())
                + Math.max(rows * Math.ceil(bytes / machine.dma().bytesPerCycle()), channel(rows * bytes));
    }

    /** Filling {@code bytes} of the scratchpad. */
    public double fill(long bytes) {
        return machine.dma().setupCycles() + bytes / machine.dma().bytesPerCycle();
    }

    /** Cycles the DRAM channel needs for {@code bytes}. */
    public double channel(double bytes) {
        return bytes * machine.nominal().hertz() / machine.dram().bytesPerSecond();
    }

    private double latency(ExternalMemory memory) {
        return memory.latencySeconds() * machine.nominal().hertz();
    }
}
