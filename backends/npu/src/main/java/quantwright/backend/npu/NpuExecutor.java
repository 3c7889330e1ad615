package quantwright.backend.npu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.ProgramRunner;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Constant;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Segment;

/**
 * Runs an artifact's programs on a model of the machine, and everything around them by the interpreter. Which value a
 * program reads or writes is the name of its segment; what else is needed is computed when it is needed.
 */
final class NpuExecutor implements Executor {
    private final Manifest manifest;
    private final Graph graph;
    private final List<Program> programs;
    private final List<ProgramRunner.Loaded> loaded = new ArrayList<>();
    private final Map<String, Value> values = new HashMap<>();

    NpuExecutor(Manifest manifest, Graph graph, List<Program> programs, List<byte[]> binaries, ProgramRunner runner) {
        this.manifest = manifest;
        this.graph = graph;
        this.programs = programs;
        binaries.forEach(b -> loaded.add(runner.load(b)));
        graph.inputs().forEach(v -> values.put(v.name(), v));
        for (Node node : graph) {
            node.results().forEach(v -> values.put(v.name(), v));
        }
    }

    @Override
    public String description() {
        return manifest.backend() + " " + manifest.profile() + " simulator";
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs) {
        return new Run(inputs, null).outputs();
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, Trace trace) {
        return new Run(inputs, trace).outputs();
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** Values of one run. */
    private final class Run {
        private final Map<Value, Tensor> known = new IdentityHashMap<>();
        private final Trace trace;

        Run(List<Tensor> inputs, Trace trace) {
            if (inputs.size() != graph.inputs().size()) {
                throw new IllegalArgumentException(inputs.size() + " inputs given, the model has "
                        + graph.inputs().size());
            }
            this.trace = trace;
            for (int i = 0; i < inputs.size(); i++) {
                known.put(graph.inputs().get(i), inputs.get(i));
            }
            for (int p = 0; p < programs.size(); p++) {
                execute(programs.get(p), loaded.get(p));
            }
        }

        List<Tensor> outputs() {
            return graph.outputs().stream().map(this::value).toList();
        }

        private void execute(Program program, ProgramRunner.Loaded code) {
            int alignment = Machines.alignment(program.machine());
            List<byte[]> inputs = new ArrayList<>();
            List<Value> outputs = new ArrayList<>();
            for (Segment segment : program.segments()) {
                if (segment.kind() == Segment.Kind.INPUT) {
                    inputs.add(DramRows.pack(value(values.get(segment.name())), alignment));
                } else if (segment.kind() == Segment.Kind.OUTPUT) {
                    outputs.add(values.get(segment.name()));
                }
            }
            List<byte[]> results = code.run(inputs, trace == null ? List.of() : watches(program));
            for (int i = 0; i < outputs.size(); i++) {
                Value v = outputs.get(i);
                byte[] rows = results.get(i);
                int pitch = rows.length / new quantwright.backend.npu.plan.Feature("", v.type().canonical()).height();
                known.put(v, DramRows.unpack(rows, v.type().canonical(), pitch));
            }
        }

        /** Every map that the program's layers leave in memory. */
        private List<ProgramRunner.Watch> watches(Program program) {
            Set<String> layers = new HashSet<>(program.layers());
            List<ProgramRunner.Watch> watches = new ArrayList<>();
            for (Manifest.Placed placed : manifest.tensors()) {
                if (layers.contains(placed.name())) {
                    Value v = values.get(placed.name());
                    boolean onChip = placed.offset() < program.machine().scratchpadBytes();
                    long address = onChip ? placed.offset() : placed.offset() - program.machine().scratchpadBytes();
                    int pitch = DramRows.pitch(placed.strides(), v.type());
                    int pixel = DramRows.pixelPitch(placed.strides(), v.type());
                    watches.add(new ProgramRunner.Watch(placed.name(), onChip, address, DramRows.span(v.type(), pitch, pixel),
                            bytes -> trace.materialised(placed.name(), DramRows.unpack(bytes, v.type().canonical(), pitch,
                                    pixel))));
                }
            }
            return watches;
        }

        private Tensor value(Value v) {
            Tensor tensor = known.get(v);
            if (tensor == null) {
                Node node = v.producer();
                if (node.op() instanceof Constant c) {
                    tensor = c.data().toTensor();
                } else {
                    List<Tensor> operands = node.operands().stream().map(this::value).toList();
                    tensor = Interpreter.evaluate(node.op(), operands,
                            node.results().stream().map(r -> r.type().canonical()).toList()).get(v.index());
                }
                known.put(v, tensor);
            }
            return tensor;
        }
    }
}
