package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import quantwright.backend.CostOracle;
import quantwright.backend.npu.NpuBackend;
import quantwright.ir.Graph;
import quantwright.ir.Node;
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
        double error() {
            return Math.abs(expected - simulated) / simulated;
        }
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
                Node node = t.index() < 0 ? null : nodes.get(report.layerName(t.index()));
                if (node != null) {
                    CostOracle.LayerCost cost = cost(oracle, node, run.profile());
                    layers.add(new Layer(name + " on " + run.profile().id(), report.layerName(t.index()),
                            node.op().mnemonic(), new Pair(cost.cycles(), t.ticks() / (double) Timing.TICKS),
                            new Pair(cost.joules(), report.energy().layers().get(i))));
                }
            }
        }
    }

    /** A layer's node, and the product it may be the activation of. */
    private static CostOracle.LayerCost cost(CostOracle oracle, Node node, HardwareProfile profile) {
        CostOracle.LayerCost own = oracle.cost(node, CostOracle.Precision.INT8, profile);
        return own.cycles() == 0 && !node.operand(0).isInput()
                ? oracle.cost(node.operand(0).producer(), CostOracle.Precision.INT8, profile) : own;
    }

    /** Everything compared. */
    public List<Layer> layers() {
        return layers;
    }

    /** One line for people. */
    public String figures() {
        return String.format(Locale.ROOT, "%d layers; cycles: rank correlation %.3f, median error %.1f %%; energy: %.3f,"
                + " %.1f %%", layers.size(), rankCorrelation(l -> l.cycles), 100 * medianError(l -> l.cycles),
                rankCorrelation(l -> l.joules), 100 * medianError(l -> l.joules));
    }

    /** A figure of each layer. */
    @FunctionalInterface
    public interface Figure {
        /** The oracle's and the simulator's. */
        Pair of(Layer layer);
    }

    /** Median of the relative errors. */
    public double medianError(Figure figure) {
        List<Double> errors = layers.stream().map(l -> figure.of(l).error()).sorted().toList();
        return errors.get(errors.size() / 2);
    }

    /** Spearman's rank correlation, ties by mean rank. */
    public double rankCorrelation(Figure figure) {
        double[] a = ranks(layers.stream().map(l -> figure.of(l).expected).toList());
        double[] b = ranks(layers.stream().map(l -> figure.of(l).simulated).toList());
        double mean = (a.length - 1) / 2.0;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static double[] ranks(List<Double> values) {
        List<Integer> order = IntStream.range(0, values.size()).boxed().sorted(Comparator.comparing(values::get)).toList();
        double[] ranks = new double[values.size()];
        for (int i = 0; i < order.size(); ) {
            int end = i;
            while (end < order.size() && values.get(order.get(end)).equals(values.get(order.get(i)))) {
                end++;
            }
            for (int k = i; k < end; k++) {
                ranks[order.get(k)] = (i + end - 1) / 2.0;
            }
            i = end;
        }
        return ranks;
    }
}
