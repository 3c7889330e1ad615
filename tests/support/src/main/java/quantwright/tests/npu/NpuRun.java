package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.backend.ProgramRunner;
import quantwright.backend.npu.NpuBackend;
import quantwright.compiler.driver.Model;
import quantwright.compiler.evaluate.BitComparison;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QMean;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.ProgramFormatException;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.TimelineListener;

/**
 * A model compiled for an NPU and simulated.
 *
 * @param profile the NPU
 * @param compiled what an artifact would hold
 * @param reports time and energy of each program
 * @param compileSeconds time to compile
 * @param timingSeconds time to simulate time and energy
 */
public record NpuRun(HardwareProfile profile, CompiledModel compiled, List<SimulationReport> reports,
                     double compileSeconds, double timingSeconds) {
    /** A shipped profile of each class. */
    public static final List<String> PROFILES = List.of("npu-systolic-16x16", "npu-systolic-128x128", "ethos-u85-256",
            "nvdla-2048", "npu-edge-4bit");
    private static final String HOST = "host: ";

    /** Copies the list. */
    public NpuRun {
        reports = List.copyOf(reports);
    }

    /**
     * Every map and output of a model, by the interpreter.
     *
     * @param maps by name of the value
     * @param outputs in the model's order
     */
    public record Expected(Map<String, Tensor> maps, List<Tensor> outputs) {
        /** Interprets a model. */
        public static Expected of(Model model, List<Tensor> inputs) {
            Map<String, Tensor> maps = new HashMap<>();
            List<Tensor> outputs = Interpreter.run(model.graph(), inputs, (v, t) -> maps.put(v.name(), t));
            return new Expected(maps, outputs);
        }
    }

    /**
     * What a functional run left in memory, against the interpreter.
     *
     * @param maps maps compared, outputs apart
     * @param differing bytes that differ, of maps and outputs
     * @param unknown maps that the model has no value for
     * @param seconds time of the run
     */
    public record Comparison(int maps, long differing, List<String> unknown, double seconds) {
        /** Copies the list. */
        public Comparison {
            unknown = List.copyOf(unknown);
        }
    }

    /** Compiles a model and simulates time and energy, at the nominal operating point. */
    public static NpuRun of(Model model, HardwareProfile profile) {
        long start = System.nanoTime();
        CompiledModel compiled = model.compile(profile, Progress.SILENT);
        long built = System.nanoTime();
        List<SimulationReport> reports = programs(compiled).stream()
                .map(p -> SimulationReport.of(p, profile, null, TimelineListener.NONE)).toList();
        return new NpuRun(profile, compiled, reports, (built - start) / 1e9, (System.nanoTime() - built) / 1e9);
    }

    /** The programs of an artifact, in order. */
    public static List<Program> programs(CompiledModel compiled) {
        List<Program> out = new ArrayList<>();
        Map<String, byte[]> files = new TreeMap<>(java.util.Comparator.comparingInt(String::length)
                .thenComparing(java.util.Comparator.naturalOrder()));
        files.putAll(compiled.files());
        files.forEach((name, bytes) -> {
            if (name.endsWith(".npu")) {
                try {
                    out.add(ProgramBinary.read(bytes));
                } catch (ProgramFormatException e) {
                    throw new IllegalStateException(name, e);
                }
            }
        });
        return out;
    }

    /** Runs the programs on data. */
    public Comparison compare(List<Tensor> inputs, Expected expected) {
        ProgramRunner runner = ServiceLoader.load(ProgramRunner.class).findFirst().orElseThrow();
        List<String> unknown = new ArrayList<>();
        long[] differing = new long[1];
        int[] maps = new int[1];
        long start = System.nanoTime();
        try (Executor executor = new NpuBackend().simulate(compiled, runner).orElseThrow()) {
            List<Tensor> outputs = executor.run(inputs, (name, tensor) -> {
                Tensor other = expected.maps().get(name);
                if (other == null) {
                    unknown.add(name);
                } else {
                    differing[0] += BitComparison.differences(other, tensor);
                    maps[0]++;
                }
            });
            for (int i = 0; i < outputs.size(); i++) {
                differing[0] += BitComparison.differences(expected.outputs().get(i), outputs.get(i));
            }
        }
        return new Comparison(maps[0], differing[0], unknown, (System.nanoTime() - start) / 1e9);
    }

    /** Cycles of all programs, one after another. */
    public long cycles() {
        return reports.stream().mapToLong(r -> r.timing().cycles()).sum();
    }

    /** Time of all programs on the NPU. */
    public double seconds() {
        return reports.stream().mapToDouble(r -> r.timing().seconds()).sum();
    }

    /** Energy of all programs. */
    public double joules() {
        return reports.stream().mapToDouble(r -> r.energy().joules()).sum();
    }

    /** Average power while the NPU works. */
    public double watts() {
        return joules() / seconds();
    }

    /** The layers' multiply-accumulates, as their definitions count them, over what the array could do in the time. */
    public double utilisation() {
        double macs = compiled.manifest().steps().stream().filter(s -> !s.kernel().startsWith(HOST))
                .mapToLong(Manifest.Step::macs).sum();
        return macs / ((double) profile.npu().orElseThrow().array().peakMacs() * cycles());
    }

    /** Layers that the NPU executes. */
    public long layers() {
        return compiled.manifest().steps().stream().filter(s -> !s.kernel().startsWith(HOST)).count();
    }

    /** How many of a model's pools are made where products' results are, and how many there are. */
    public String mergedPools(Graph graph) {
        Set<String> steps = compiled.manifest().steps().stream().filter(s -> !s.kernel().endsWith(", pool"))
                .map(Manifest.Step::name).collect(Collectors.toSet());
        List<Node> pools = graph.nodes().stream().filter(n -> n.op() instanceof MaxPool || n.op() instanceof QAvgPool
                || n.op() instanceof QMean).toList();
        long apart = pools.stream().filter(n -> steps.contains(n.result().name())).count();
        return pools.size() - apart + " of " + pools.size();
    }

    /** Steps that the host executes, as ops by reason. */
    public Map<String, List<String>> host() {
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (Manifest.Step step : compiled.manifest().steps()) {
            if (step.kernel().startsWith(HOST)) {
                out.computeIfAbsent(step.kernel().substring(HOST.length()), k -> new ArrayList<>()).add(step.op());
            }
        }
        return out;
    }
}
