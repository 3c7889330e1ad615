package quantwright.cli.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.ProgramRunner;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;
import quantwright.npu.isa.Queue;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.ExecutionListener;
import quantwright.simulator.FunctionalEngine;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.TimelineListener;

/** Lets the driver run NPU programs on the functional simulator. */
public final class NpuSimulator implements ProgramRunner {
    /** For the service loader. */
    public NpuSimulator() {
    }

    @Override
    public String backend() {
        return "npu";
    }

    @Override
    public Loaded load(byte[] binary) {
        try {
            Program program = ProgramBinary.read(binary);
            return (inputs, watches) -> FunctionalEngine.run(program, inputs, listener(program, watches));
        } catch (ProgramFormatException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.UNKNOWN, e.getMessage());
        }
    }

    @Override
    public MachineCost cost(byte[] binary, HardwareProfile profile) {
        try {
            SimulationReport report = SimulationReport.of(ProgramBinary.read(binary), profile, null, TimelineListener.NONE);
            return new MachineCost(report.timing().seconds(), report.energy().joules());
        } catch (ProgramFormatException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.UNKNOWN, e.getMessage());
        }
    }

    private static ExecutionListener listener(Program program, List<Watch> watches) {
        if (watches.isEmpty()) {
            return ExecutionListener.NONE;
        }
        Map<Queue, int[]> layers = new EnumMap<>(Queue.class);
        for (Queue queue : Queue.values()) {
            layers.put(queue, layersOf(program.queue(queue)));
        }
        Map<Queue, int[]> ends = new EnumMap<>(Queue.class);
        layers.forEach((queue, of) -> ends.put(queue, ends(program.queue(queue), of, program.layers().size())));
        Map<Integer, List<Recording>> byLayer = new HashMap<>();
        for (Watch watch : watches) {
            int layer = program.layers().indexOf(watch.layer());
            byLayer.computeIfAbsent(layer, k -> new ArrayList<>()).add(new Recording(program, layer, watch, ends));
        }
        return (queue, index, memory) -> {
            // The array writes no map.
            if (queue != Queue.ARRAY) {
                byLayer.getOrDefault(layers.get(queue)[index], List.of()).forEach(r -> r.executed(queue, index, memory));
            }
        };
    }

    /** The last instruction of each layer in a queue, control apart; -1 if it has none there. */
    private static int[] ends(List<Instruction> stream, int[] layerOf, int layers) {
        int[] ends = new int[layers];
        Arrays.fill(ends, -1);
        for (int i = 0; i < layerOf.length; i++) {
            if (layerOf[i] >= 0 && !(stream.get(i) instanceof ControlInstruction)) {
                ends[layerOf[i]] = i;
            }
        }
        return ends;
    }

    /** The layer of each instruction of a queue. */
    private static int[] layersOf(List<Instruction> stream) {
        int[] layers = new int[stream.size()];
        int layer = -1;
        for (int i = 0; i < layers.length; i++) {
            layer = stream.get(i) instanceof ControlInstruction.Mark(int at) ? at : layer;
            layers[i] = layer;
        }
        return layers;
    }

    /** Collects a map while it is written: a part may be given to something else before the last one is there. */
    private static final class Recording {
        private final Program program;
        private final Watch watch;
        private final byte[] contents;
        /** Results reach the scratchpad by the vector unit and DRAM by DMA. */
        private final Queue writer;
        private final int last;

        Recording(Program program, int layer, Watch watch, Map<Queue, int[]> ends) {
            this.program = program;
            this.watch = watch;
            this.contents = new byte[watch.bytes()];
            this.writer = watch.onChip() ? Queue.VECTOR : Queue.DMA_OUT;
            this.last = ends.get(writer)[layer];
        }

        void executed(Queue queue, int index, ExecutionListener.Memory memory) {
            if (queue == writer || queue == Queue.DMA_IN && watch.onChip()) {
                Writes.of(program.queue(queue).get(index), (address, bytes) -> copy(address, bytes, memory));
            }
            if (queue == writer && index == last) {
                watch.view().seen(contents);
            }
        }

        private void copy(long address, int bytes, ExecutionListener.Memory memory) {
            long from = Math.max(address, watch.address());
            int count = (int) (Math.min(address + bytes, watch.address() + watch.bytes()) - from);
            if (count > 0) {
                byte[] part = watch.onChip() ? memory.scratchpad(Math.toIntExact(from), count) : memory.dram(from, count);
                System.arraycopy(part, 0, contents, (int) (from - watch.address()), count);
            }
        }
    }
}
