package quantwright.backend.npu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import quantwright.backend.MemoryPlanner;
import quantwright.backend.npu.emit.Recorder;
import quantwright.backend.npu.emit.Scheduler;
import quantwright.backend.npu.lower.Lowering;
import quantwright.backend.npu.plan.ConstantPool;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.NoRoom;
import quantwright.backend.npu.plan.Planner;
import quantwright.backend.npu.plan.Step;
import quantwright.ir.Value;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Segment;

/** Builds the program of one part of a graph. */
final class ProgramBuilder {
    private final String name;
    private final Partition.Part part;
    private final CostModel model;
    private final int alignment;
    private final boolean fuse;
    private Lowering lowering;
    private final List<Segment> segments = new ArrayList<>();
    private long dramEnd;

    /**
     * A program and what is known of it.
     *
     * @param program the program
     * @param steps its layers with their tiles, in order
     * @param scratchpadBytes scratchpad used
     */
    record Built(Program program, List<Step> steps, long scratchpadBytes) {
    }

    ProgramBuilder(String name, Partition.Part part, CostModel model, boolean fuse) {
        this.name = name;
        this.part = part;
        this.model = model;
        this.alignment = model.alignment();
        this.fuse = fuse;
    }

    /** @throws NoRoom if a layer does not fit the scratchpad */
    Built build() throws NoRoom {
        Candidates candidates = new Candidates(part, model, fuse);
        Candidates.Candidate chosen = candidates.cheapest();
        lowering = chosen.lowering();
        Planner.Plan plan = chosen.plan();
        Set<String> names = new TreeSet<>();
        part.inputs().forEach(v -> place(v, Segment.Kind.INPUT, names));
        part.outputs().forEach(v -> place(v, Segment.Kind.OUTPUT, names));
        workspace(chosen.planner().lives(), candidates.outside(lowering), names);
        MachineParameters machine = model.parameters();
        Recorder recorder = new Recorder();
        ConstantPool pool = new ConstantPool(dramEnd, alignment);
        Emission emission = new Emission(recorder, machine, pool);
        List<String> layers = new ArrayList<>();
        for (int s = 0; s < plan.steps().size(); s++) {
            Step step = plan.steps().get(s);
            layers.add(step.layer().output().name());
            recorder.beginLayer(s);
            emission.begin(step, plan.slots().get(s), plan.stages().get(s));
            step.layer().emit(emission);
        }
        if (pool.size() > 0) {
            segments.add(Segment.constant(unique("constants", names), dramEnd, pool.contents()));
        }
        return new Built(new Program(name, machine, layers, segments,
                Scheduler.schedule(recorder, machine.semaphores(), machine.semaphoreLimit())), plan.steps(),
                plan.scratchpadBytes());
    }

    private void place(Value value, Segment.Kind kind, Set<String> names) {
        Feature f = lowering.feature(value);
        f.setDram(dramEnd);
        names.add(value.name());
        add(Segment.space(value.name(), kind, dramEnd, f.dramBytes(alignment)));
    }

    private void workspace(Map<Feature, int[]> lives, Set<Feature> outside, Set<String> names) {
        Map<Feature, Integer> index = new LinkedHashMap<>();
        List<MemoryPlanner.Buffer> buffers = new ArrayList<>();
        lives.forEach((f, life) -> {
            if (!f.isResident() && !outside.contains(f)) {
                index.put(f, buffers.size());
                buffers.add(new MemoryPlanner.Buffer(f.dramBytes(alignment), life[0], life[1]));
            }
        });
        if (!buffers.isEmpty()) {
            MemoryPlanner.Plan placed = MemoryPlanner.plan(buffers, alignment);
            index.forEach((f, i) -> f.setDram(dramEnd + placed.offsets().get(i)));
            add(Segment.space(unique("workspace", names), Segment.Kind.WORKSPACE, dramEnd, placed.arenaBytes()));
        }
    }

    private void add(Segment segment) {
        segments.add(segment);
        dramEnd = (segment.end() + alignment - 1) / alignment * alignment;
    }

    private static String unique(String wanted, Set<String> taken) {
        String candidate = wanted;
        while (!taken.add(candidate)) {
            candidate = candidate + "_";
        }
        return candidate;
    }
}
