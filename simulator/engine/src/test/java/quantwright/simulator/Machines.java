package quantwright.simulator;

import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.MachineParameters;

/** Machine parameters for tests. */
final class Machines {
    private Machines() {
    }

    /** Generous memories around an array. */
    static MachineParameters of(Dataflow dataflow, int rows, int columns) {
        return of(dataflow, rows, columns, 32);
    }

    static MachineParameters of(Dataflow dataflow, int rows, int columns, int accumulatorBits) {
        return new MachineParameters(rows, columns, dataflow, 2, 1 << 22, 16, 16, 1 << 20, accumulatorBits, 1 << 24, 4,
            16, 8, true, true, 1, 16);
    }
}
