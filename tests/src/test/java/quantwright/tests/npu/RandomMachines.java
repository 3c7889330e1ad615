package quantwright.tests.npu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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
import quantwright.profiles.NpuMachine.OutputPool;
import quantwright.profiles.NpuMachine.Scratchpad;
import quantwright.profiles.NpuMachine.Semaphores;
import quantwright.profiles.NpuMachine.Structure;
import quantwright.profiles.NpuMachine.TypePair;
import quantwright.profiles.NpuMachine.VectorUnit;
import quantwright.profiles.QuantizationRules;

/** Small NPUs of every kind, with too little of everything. */
final class RandomMachines {
    private RandomMachines() {
    }

    static HardwareProfile next(Random random) {
        Dataflow dataflow = Dataflow.values()[random.nextInt(3)];
        Structure structure = Structure.values()[random.nextInt(2)];
        int rows = 4 << random.nextInt(3);
        int columns = 4 << random.nextInt(3);
        int words = columns * (random.nextBoolean() ? 16 : 128) * (dataflow == Dataflow.INPUT_STATIONARY ? 4 : 1);
        NpuMachine machine = new NpuMachine(
                new MacArray(structure, dataflow, rows, columns, structure == Structure.BROADCAST ? 2 : 1,
                        1 + random.nextInt(2), structure == Structure.BROADCAST ? 1 + random.nextInt(8) : rows,
                        random.nextBoolean(), 2, random.nextBoolean() ? 8 : 0, 1 + random.nextInt(4), 0),
                List.of(new TypePair(8, 8, 1, 0.1), new TypePair(8, 4, 2, 0.1), new TypePair(8, 2, 2, 0.1)),
                new Accumulators(words, 32, 0.1, 0), new VectorUnit(4, 4, 4, 4, 1, 4, 4, 0.1, 0, outputPool(random)),
                new Scratchpad(3072 << random.nextInt(6), 4, 8, 0.1, 0.1, 0), new Dma(8, 1 << random.nextInt(6), 64, 8, 0.1),
                new ExternalMemory(1 << 26, 1e9, 1e-7, 8, 0), Optional.empty(),
                new Semaphores(12, 1 + random.nextInt(3)), new Limits(64, 64, 16, 4096),
                List.of(new OperatingPoint("nominal", 0.8, 1e9)), new Control(1, 0));
        return new HardwareProfile("random", "", Optional.empty(), Optional.of(machine),
                new QuantizationRules("f32", true, false, true), Map.of(), "");
    }

    private static Optional<OutputPool> outputPool(Random random) {
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(new OutputPool(4, 2 + random.nextInt(4)));
    }
}
