package quantwright.compiler.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.Backend;
import quantwright.backend.BackendUnavailable;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CostOracle;
import quantwright.backend.CostOracle.LayerCost;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.ModelSummary;
import quantwright.compiler.evaluate.StepLatency;
import quantwright.compiler.quant.ActivationBits;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.WeightBits;
import quantwright.compiler.search.CostTable.BoundaryCosts;
import quantwright.compiler.search.CostTable.ChoiceCosts;
import quantwright.compiler.search.CostTable.LayerCosts;
import quantwright.compiler.search.CostTable.Moment;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Quantize;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;

/**
 * Makes cost tables: measured where this host runs the profile's code, else by the
 * backend's oracle from the numbers of the profile, which energies are from in any case. A measurement runs the
 * model once for each precision, all layers alike, and times every step where it runs; what a layer and the nodes that
 * follow it take is the layer's cost, so that uniform plans are predicted as they were measured. Models in which float and
 * integer layers alternate give the cost of boundaries.
 */
public final class CostMeter {
    private static final double FLOAT_BITS = 32;
    private final Quantwright driver;
    private final Candidates candidates;
    private final HardwareProfile profile;
    private final String modelHash;

    /** A meter of one model on one chip. */
    public CostMeter(Quantwright driver, Candidates candidates, HardwareProfile profile, String modelHash) {
        this.driver = driver;
        this.candidates = candidates;
        this.profile = profile;
        this.modelHash = modelHash;
    }

    /**
     * The table for some precisions of each layer; those the chip cannot execute are left out.
     *
     * @param rounds measurements of each model
     * @param unfinished where measurements are kept until the last; those of an interrupted one are gone on from
     * @throws UserErrorException if this host cannot run the profile's code and there is no oracle for it
     */
    public CostTable table(List<LayerPrecision> precisions, int rounds, Path unfinished, Progress progress) {
        Backend backend = driver.backendFor(profile);
        Optional<String> missing = missingNumbers(driver, profile);
        if (backend.hostRefusal(profile).isEmpty()) {
            return measured(precisions, rounds, unfinished, progress);
        }
        if (missing.isPresent()) {
            throw new UserErrorException(SearchDiagnostic.NO_COSTS, Location.UNKNOWN, "profile " + profile.id()
                    + ": this host cannot run its code, and " + missing.get());
        }
        return estimated(precisions, backend.costs().orElseThrow());
    }

    /** What the profile does not state that times and energies could be had from; empty if it states all of it. */
    public static Optional<String> missingNumbers(Quantwright driver, HardwareProfile profile) {
        Backend backend = driver.backendFor(profile);
        return backend.costs().isEmpty() ? Optional.of("backend " + backend.id() + " has no cost model")
                : backend.costs().get().refusal(profile);
    }

    private Optional<CostOracle> oracle() {
        return missingNumbers(driver, profile).isPresent() ? Optional.empty() : driver.backendFor(profile).costs();
    }

    private Program program(Model model) {
        return Program.of(driver, model, profile, On.HOST, new DiagnosticSink(), Progress.SILENT);
    }

    /** Whether a table was made for this model on this chip, for these precisions. */
    boolean fits(CostTable table, List<LayerPrecision> precisions) {
        return table.model().equals(modelHash) && table.profileHash().equals(profile.hash())
                && table.precisions().equals(texts(precisions));
    }

    private static List<String> texts(List<LayerPrecision> precisions) {
        return precisions.stream().map(LayerPrecision::text).toList();
    }

    private CostTable measured(List<LayerPrecision> precisions, int rounds, Path unfinished, Progress progress) {
        LayerGraph layers = candidates.layers();
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < precisions.size(); i++) {
            progress.update("compiling", i, precisions.size() + 2L);
            programs.add(program(candidates.model(candidates.uniform(precisions.get(i)))));
        }
        boolean mixed = precisions.stream().anyMatch(p -> p instanceof LayerPrecision.Real)
                && precisions.contains(LayerPrecision.W8A8) && layers.layers().size() > 1;
        for (int odd = 0; mixed && odd < 2; odd++) {
            programs.add(program(candidates.model(alternating(odd))));
        }
        progress.update("compiling", precisions.size() + 2L, precisions.size() + 2L);
        UnfinishedTimes kept = new UnfinishedTimes(unfinished, programs, modelHash, profile);
        List<StepLatency> times = StepLatency.measure(programs, rounds, kept.read(), kept::write, progress);
        double[][] nanos = new double[precisions.size()][layers.layers().size()];
        for (int p = 0; p < precisions.size(); p++) {
            List<String> steps = programs.get(p).manifest().orElseThrow().steps().stream().map(Manifest.Step::name).toList();
            List<Map<Integer, Double>> owners = layers.ownersOfSteps(programs.get(p).graph(), steps);
            for (int s = 0; s < steps.size(); s++) {
                for (Map.Entry<Integer, Double> share : owners.get(s).entrySet()) {
                    nanos[p][share.getKey()] += share.getValue() * times.get(p).stepNanos().get(s);
                }
            }
        }
        List<Graph> graphs = programs.stream().limit(precisions.size()).map(Program::graph).toList();
        Program int8 = program(candidates.model(candidates.uniform(LayerPrecision.W8A8)));
        Optional<CostOracle> oracle = oracle();
        return table(precisions, graphs, (layer, p) -> new LayerCost(true, 0, nanos[p][layer] * 1e-9, oracle.map(o ->
                estimate(o, layer, precisions.get(p)).joules()).orElse(0.0), 0, 0, 0), oracle.isPresent(),
                "measured on " + HostName.text() + ", least of " + rounds + " rounds"
                + (oracle.isPresent() ? "; energy from the profile" : ""),
                MeasuredBoundaries.of(candidates.layers().edges(), programs.subList(precisions.size(), programs.size()),
                times.subList(precisions.size(), times.size())), StepReads.moments(int8.graph(),
                int8.manifest().orElseThrow(), layers));
    }

    /** Float and int8 in turns, the first layer float if {@code odd} is 0. */
    private List<LayerPrecision> alternating(int odd) {
        List<LayerPrecision> assignment = new ArrayList<>();
        for (int i = 0; i < candidates.layers().layers().size(); i++) {
            assignment.add(i % 2 == odd ? new LayerPrecision.Real() : LayerPrecision.W8A8);
        }
        return assignment;
    }

    static long picoseconds(double nanos) {
        return Math.round(nanos * 1e3);
    }

    private CostTable estimated(List<LayerPrecision> precisions, CostOracle oracle) {
        List<Graph> graphs = precisions.stream().map(p -> candidates.model(candidates.uniform(p)).graph()).toList();
        List<BoundaryCosts> boundaries = candidates.layers().edges().stream().map(e -> new BoundaryCosts(e.first(), e.second(),
                e.value(), conversion(oracle, e.elements()), conversion(oracle, e.elements()))).toList();
        return table(precisions, graphs, (layer, p) -> estimate(oracle, layer, precisions.get(p)), true,
                "estimated by the cost model of backend " + driver.backendFor(profile).id(), boundaries, moments());
    }

    /** Picoseconds to quantize so many elements, or as well to dequantize them. */
    private long conversion(CostOracle oracle, long elements) {
        Graph graph = new Graph("conversion", Level.QUANT);
        Value reals = graph.addInput("x", TensorType.of(ScalarType.F32, Math.toIntExact(elements)));
        Node node = graph.append(new Quantize(), List.of(reals), QuantizedType.perTensor(ScalarType.I8, 1, 0),
                Location.UNKNOWN);
        return picoseconds(oracle.cost(node, CostOracle.Precision.INT8, profile).seconds() * 1e9);
    }

    /** Memory of the int8 program, where there is an arena and code for the profile can be made here. */
    private List<Moment> moments() {
        if (profile.cpu().isEmpty()) {
            return List.of();
        }
        Model int8 = candidates.model(candidates.uniform(LayerPrecision.W8A8));
        try {
            return StepReads.moments(int8.graph(), int8.compile(profile, Progress.SILENT).manifest(), candidates.layers());
        } catch (BackendUnavailable e) {
            return List.of();
        }
    }

    private LayerCost estimate(CostOracle oracle, int layer, LayerPrecision precision) {
        CostOracle.Precision own = precision(precision);
        CostOracle.Precision following = precision instanceof LayerPrecision.Real ? own
                : new CostOracle.Precision(own.activationBits(), 8);
        LayerCost product = oracle.cost(candidates.layers().layers().get(layer).node(), own, profile);
        return product.supported() ? withFollowers(oracle, layer, following, product) : product;
    }

    /** A layer's precision as oracles know it. */
    public static CostOracle.Precision precision(LayerPrecision precision) {
        return switch (precision) {
            case LayerPrecision.Real _ -> CostOracle.Precision.FLOAT;
            case LayerPrecision.Integer i -> new CostOracle.Precision(i.activations().bits(), i.weights().bits());
        };
    }

    private LayerCost withFollowers(CostOracle oracle, int layer, CostOracle.Precision precision, LayerCost own) {
        double seconds = own.seconds();
        double joules = own.joules();
        long scratchpad = own.scratchpadBytes();
        for (Node follower : candidates.layers().followers(layer)) {
            LayerCost c = oracle.cost(follower, precision, profile);
            if (!c.supported()) {
                return LayerCost.UNSUPPORTED;
            }
            seconds += c.seconds();
            joules += c.joules();
            scratchpad = Math.max(scratchpad, c.scratchpadBytes());
        }
        return new LayerCost(true, 0, seconds, joules, 0, 0, scratchpad);
    }

    /** Cost of a layer at a precision, given by their indices. */
    private interface Costs {
        LayerCost of(int layer, int precision);
    }

    private CostTable table(List<LayerPrecision> precisions, List<Graph> graphs, Costs costs, boolean energy, String source,
            List<BoundaryCosts> boundaries, List<Moment> arena) {
        LayerGraph layers = candidates.layers();
        List<Map<Integer, Long>> bytes = graphs.stream().map(this::layerBytes).toList();
        List<LayerCosts> rows = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < layers.layers().size(); i++) {
            LayerGraph.Layer layer = layers.layers().get(i);
            List<ChoiceCosts> choices = new ArrayList<>();
            for (int p = 0; p < precisions.size(); p++) {
                LayerCost c = costs.of(i, p);
                if (c.supported()) {
                    choices.add(new ChoiceCosts(precisions.get(p).text(), picoseconds(c.seconds() * 1e9),
                            Math.round(c.joules() * 1e15), bytes.get(p).getOrDefault(i, 0L),
                            Math.round(layer.macs() * bits(precisions.get(p))), c.scratchpadBytes()));
                }
            }
            if (choices.isEmpty()) {
                refused.add(layer.name());
            }
            rows.add(new LayerCosts(layer.name(), layer.parameters(), layer.macs(), choices));
        }
        if (!refused.isEmpty()) {
            throw new UserErrorException(SearchDiagnostic.NO_CHOICE, Location.UNKNOWN, "profile " + profile.id()
                    + " executes at none of the precisions asked for: " + String.join(", ", refused));
        }
        return new CostTable(CostTable.FORMAT, modelHash, profile.id(), profile.hash(), source, energy,
                texts(precisions), rows, boundaries,
                layers.ties(), otherBytes(precisions, graphs, bytes), arena);
    }

    private static double bits(LayerPrecision precision) {
        return precision instanceof LayerPrecision.Integer i ? (double) i.weights().bits() * i.activations().bits()
                : FLOAT_BITS * FLOAT_BITS;
    }

    private static long otherBytes(List<LayerPrecision> precisions, List<Graph> graphs, List<Map<Integer, Long>> bytes) {
        int i = Math.max(0, precisions.indexOf(new LayerPrecision.Integer(WeightBits.W8, ActivationBits.A8)));
        return Math.max(0, ModelSummary.of(graphs.get(i)).parameterBytes()
                - bytes.get(i).values().stream().mapToLong(Long::longValue).sum());
    }

    /** Bytes of the constants of each layer as a graph stores them. */
    private Map<Integer, Long> layerBytes(Graph graph) {
        Map<Integer, Long> bytes = new HashMap<>();
        for (Node node : graph) {
            int layer = candidates.layers().layerOf(node);
            if (layer >= 0) {
                for (Value v : node.operands()) {
                    if (!v.isInput() && v.producer().op() instanceof Constant) {
                        bytes.merge(layer, v.type().constantBytes(), Long::sum);
                    }
                }
            }
        }
        return bytes;
    }
}
