package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import quantwright.backend.CostOracle;
import quantwright.backend.npu.NpuBackend;
import quantwright.compiler.search.PredictionQuality;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.op.QConcat;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.Timing;

/** What the cost oracle says of layers, and what the simulator finds: cycles and energy. */
public final class OracleComparison {
    private final List<Layer> layers = new ArrayList<>();

    /** Nothing compared yet. */
    public OracleComparison() {
    }

    /** Cycles, or joules: the oracle's and the simulator's. */
    public record Pair(double expected, double simulated) {
    }

    /**
     * A layer.
     *
     * @param model model and profile
     * @param name layer
     * @param op its op
     * @param cycles time
     * @param joules energy
     */
    public record Layer(String model, String name, String op, Pair cycles, Pair joules) {
    }

    /** Adds every layer of a model. */
    public void add(String name, Graph graph, NpuRun run) {
        CostOracle oracle = new NpuBackend().costs().orElseThrow();
        Map<String, Node> nodes = new HashMap<>();
        for (Node node : graph) {
            node.results().forEach(v -> nodes.put(v.name(), node));
        }
        for (SimulationReport report : run.reports()) {
            for (int i = 0; i < report.timing().layers().size(); i++) {
                Timing.LayerTiming t = report.timing().layers().get(i);
                Node node = t.index() < 0 ? null : node(nodes, report.layerName(t.index()));
                if (node != null) {
                    CostOracle.LayerCost cost = cost(oracle, node, run.profile());
                    layers.add(new Layer(name + " on " + run.profile().id(), report.layerName(t.index()),
                            node.op().mnemonic(), new Pair(cost.cycles(), t.ticks() / (double) Timing.TICKS),
                            new Pair(cost.joules(), report.energy().layers().get(i))));
                }
            }
        }
    }

    /** The node that a layer is named after; a product pooled into a part of a join has both their names. */
    private static Node node(Map<String, Node> nodes, String layer) {
        for (int dot = layer.indexOf('.'); !nodes.containsKey(layer) && dot >= 0; dot = layer.indexOf('.', dot + 1)) {
            if (nodes.containsKey(layer.substring(0, dot)) && nodes.containsKey(layer.substring(dot + 1))) {
                return nodes.get(layer.substring(0, dot));
            }
        }
        return nodes.get(layer);
    }

    /** A layer's node, and the product it may be the activation or the pool of. */
    private static CostOracle.LayerCost cost(CostOracle oracle, Node node, HardwareProfile profile) {
        CostOracle.LayerCost own = oracle.cost(node, CostOracle.Precision.INT8, profile);
        boolean behind = own.cycles() == 0 && !(node.op() instanceof QConcat) && !node.operands().isEmpty()
                && !node.operand(0).isInput();
        return behind ? cost(oracle, node.operand(0).producer(), profile) : own;
    }

    /** Everything compared. */
    public List<Layer> layers() {
        return layers;
    }

    /** One line for people. */
    public String figures() {
        PredictionQuality cycles = of(Layer::cycles);
        PredictionQuality joules = of(Layer::joules);
        return String.format(Locale.ROOT, "%d layers; cycles: rank correlation %.3f, median error %.1f %%; energy: %.3f,"
                + " %.1f %%", layers.size(), cycles.rankCorrelation(), 100 * cycles.medianError(), joules.rankCorrelation(),
                100 * joules.medianError());
    }

    /** How well the oracle foretells a figure of the layers. */
    public PredictionQuality of(Function<Layer, Pair> figure) {
        return PredictionQuality.of(layers.stream().map(figure).map(p -> new double[] {p.expected, p.simulated}).toList());
    }
}
