package quantwright.backend.npu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Manifest;
import quantwright.backend.npu.lower.Support;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.NoRoom;
import quantwright.backend.npu.plan.Step;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.Finding;
import quantwright.npu.isa.MachineParameters;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramChecker;
import quantwright.profiles.NpuMachine;

/** A graph compiled for an NPU: programs, and what the host does around them. */
public final class NpuModel {
    private final CompileRequest request;
    private final MachineParameters parameters;
    private final Partition partition;
    private final List<ProgramBuilder.Built> built = new ArrayList<>();

    private NpuModel(CompileRequest request) {
        NpuMachine machine = request.profile().npu().orElseThrow();
        this.request = request;
        this.parameters = Machines.parameters(machine);
        Map<Node, String> refused = new HashMap<>();
        Partition attempt = null;
        while (attempt == null) {
            attempt = new Partition(request.graph(), new Support(machine, parameters), refused);
            try {
                build(attempt.parts(), new CostModel(machine, parameters));
            } catch (NoRoom e) {
                // The host takes what does not fit; the rest is divided anew.
                refused.put(e.layer().node(), "does not fit the scratchpad of " + parameters.scratchpadBytes() + " bytes");
                attempt = null;
            }
        }
        this.partition = attempt;
    }

    private void build(List<Partition.Part> parts, CostModel model) throws NoRoom {
        built.clear();
        for (int i = 0; i < parts.size(); i++) {
            request.progress().update("scheduling", i, parts.size());
            built.add(build(request.graph().name(), parts.get(i), model, request.fuse()));
        }
        request.progress().update("scheduling", parts.size(), parts.size());
    }

    /** Compiles a graph; what the machine cannot execute is the host's. */
    public static NpuModel of(CompileRequest request) {
        return new NpuModel(request);
    }

    private static ProgramBuilder.Built build(String name, Partition.Part part, CostModel model, boolean fuse)
            throws NoRoom {
        ProgramBuilder.Built result = new ProgramBuilder(name, part, model, fuse).build();
        List<Finding> findings = ProgramChecker.check(result.program());
        if (!findings.isEmpty()) {
            throw new InternalCompilerError("the program of " + name + " breaks the machine's rules: "
                    + findings.getFirst());
        }
        return result;
    }

    /** The programs, in order. */
    public List<Program> programs() {
        return built.stream().map(ProgramBuilder.Built::program).toList();
    }

    /** Layers of a program with their tiles. */
    List<Step> layers(int program) {
        return built.get(program).steps();
    }

    /** Steps of programs and host, in the graph's order. */
    public List<Manifest.Step> steps() {
        Map<Node, List<Step>> byNode = new HashMap<>();
        built.forEach(b -> b.steps().forEach(s -> byNode.computeIfAbsent(s.layer().node(), k -> new ArrayList<>()).add(s)));
        List<Manifest.Step> steps = new ArrayList<>();
        for (Node node : request.graph()) {
            String reason = partition.host().get(node);
            if (reason != null) {
                steps.add(new Manifest.Step(node.results().getFirst().name(), node.op().mnemonic(), "host: " + reason, 0));
            }
            for (Step s : byNode.getOrDefault(node, List.of())) {
                steps.add(new Manifest.Step(s.layer().output().name(), node.op().mnemonic(), s.layer().kernel(),
                        s.layer().macs()));
            }
        }
        return steps;
    }

    /** Everything an artifact holds. */
    public CompiledModel compiled() {
        Graph graph = request.graph();
        Map<String, byte[]> files = new TreeMap<>();
        long constants = 0;
        long code = 0;
        long scratchpad = 0;
        for (int i = 0; i < built.size(); i++) {
            byte[] binary = ProgramBinary.write(built.get(i).program());
            files.put(file(i), binary);
            long held = built.get(i).program().segments().stream().mapToLong(s -> s.data().remaining()).sum();
            constants += held;
            code += binary.length - held;
            scratchpad = Math.max(scratchpad, built.get(i).scratchpadBytes());
        }
        List<Manifest.Port> inputs = graph.inputs().stream().map(v -> port(v.name(), v.type())).toList();
        List<Manifest.Port> outputs = new ArrayList<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            outputs.add(port(graph.outputName(i), graph.outputs().get(i).type()));
        }
        List<Manifest.Step> steps = steps();
        Manifest manifest = new Manifest(Manifest.FORMAT, version(), graph.name(), request.profile().id(),
                request.profile().hash(), "npu", request.symbol(), scratchpad, Machines.alignment(parameters), scratchpad,
                constants, code, List.of(), inputs, outputs, steps, placed(steps), Map.of());
        return new CompiledModel(manifest, graph, files);
    }

    /** Name of the file with program {@code i}. */
    static String file(int i) {
        return i == 0 ? "program.npu" : "program-" + i + ".npu";
    }

    /**
     * Where the NPU's maps lie once their layer is done. Offsets count through the scratchpad and then on through DRAM.
     */
    private List<Manifest.Placed> placed(List<Manifest.Step> steps) {
        Set<String> values = new HashSet<>();
        for (Node node : request.graph()) {
            node.results().forEach(v -> values.add(v.name()));
        }
        List<String> names = steps.stream().map(Manifest.Step::name).toList();
        List<Manifest.Placed> placed = new ArrayList<>();
        for (ProgramBuilder.Built b : built) {
            for (Step step : b.steps()) {
                Feature f = step.layer().output();
                if (values.contains(f.name())) {
                    placed.add(placed(f, names.indexOf(f.name())));
                }
            }
        }
        return placed;
    }

    private Manifest.Placed placed(Feature f, int step) {
        int alignment = Machines.alignment(parameters);
        long offset = f.isResident() ? f.address() + f.whole().origin() : parameters.scratchpadBytes() + f.dram();
        long row = f.isResident() ? f.whole().rowPitch() : f.dramFramePitch(alignment);
        int rank = f.type().rank();
        List<Long> strides = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            strides.add(axis == rank - 1 ? f.elementBytes() : axis == rank - 2 ? f.memoryPitch()
                    : row * f.type().shape().product(axis + 1, rank - 2));
        }
        return new Manifest.Placed(f.name(), step, offset, f.type().storage().toString(),
                Arrays.stream(f.type().shape().toArray()).boxed().toList(), strides, 0);
    }

    private static Manifest.Port port(String name, TensorType type) {
        boolean quantized = type.element() instanceof QuantizedType.PerTensor;
        return new Manifest.Port(name, type.storage().toString(),
                Arrays.stream(type.shape().toArray()).boxed().toList(),
                quantized ? type.quantized().scale(0) : 0, quantized ? type.quantized().zeroPoint(0) : 0);
    }

    private static String version() {
        String implementation = NpuModel.class.getPackage().getImplementationVersion();
        return implementation == null ? "development" : implementation;
    }
}
