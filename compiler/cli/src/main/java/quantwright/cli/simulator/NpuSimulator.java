package quantwright.cli.simulator;

import java.util.ArrayList;
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
import quantwright.simulator.ExecutionListener;
import quantwright.simulator.FunctionalEngine;

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

    private static ExecutionListener listener(Program program, List<Watch> watches) {
        Map<Place, List<Watch>> places = new HashMap<>();
        for (Watch watch : watches) {
            // Results reach the scratchpad by the vector unit and DRAM by DMA.
            Queue queue = watch.onChip() ? Queue.VECTOR : Queue.DMA_OUT;
            places.computeIfAbsent(new Place(queue, last(program, queue, watch.layer())), k -> new ArrayList<>()).add(watch);
        }
        return watches.isEmpty() ? ExecutionListener.NONE : (queue, index, memory) -> {
            for (Watch w : places.getOrDefault(new Place(queue, index), List.of())) {
                w.view().seen(w.onChip() ? memory.scratchpad(Math.toIntExact(w.address()), w.bytes())
                        : memory.dram(w.address(), w.bytes()));
            }
        };
    }

    /** An instruction. */
    private record Place(Queue queue, int index) {
    }

    /** The last instruction of a layer in a queue; -1 if it has none there. */
    private static int last(Program program, Queue queue, String layer) {
        int index = program.layers().indexOf(layer);
        int last = -1;
        boolean inside = false;
        List<Instruction> stream = program.queue(queue);
        for (int i = 0; i < stream.size(); i++) {
            if (stream.get(i) instanceof ControlInstruction.Mark(int at)) {
                inside = at == index;
            } else if (inside && !(stream.get(i) instanceof ControlInstruction)) {
                last = i;
            }
        }
        return last;
    }
}
