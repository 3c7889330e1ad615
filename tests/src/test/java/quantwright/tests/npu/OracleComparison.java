package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CostOracle;
import quantwright.backend.npu.NpuBackend;
import quantwright.backend.npu.NpuModel;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.npu.isa.Program;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;
import quantwright.simulator.Timing;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.TimingEngine;

/** What the cost oracle says of layers, and what the simulator finds. */
final class OracleComparison {
    private final List<Layer> layers = new ArrayList<>();

    /**
     * A layer.
     *
     * @param model model and profile
     * @param name layer
     * @param expected the oracle's cycles
     * @param simulated the simulator's cycles
     */
    record Layer(String model, String name, double expected, double simulated) {
        double error() {
            return Math.abs(expected - simulated) / simulated;
        }
    }

    /** Adds every layer of a model. */
    void add(String name, Graph graph, HardwareProfile profile) {
        NpuModel model = NpuModel.of(new CompileRequest(graph, profile, "m", Progress.SILENT));
        CostOracle oracle = new NpuBackend().costs().orElseThrow();
        NpuMachine machine = profile.npu().orElseThrow();
        Map<String, Node> nodes = new HashMap<>();
        for (Node node : graph) {
            node.results().forEach(v -> nodes.put(v.name(), node));
        }
        for (Program program : model.programs()) {
            Timing timing = TimingEngine.time(program, machine, machine.nominal(), TimelineListener.NONE);
            for (Timing.LayerTiming t : timing.layers()) {
                Node node = t.index() < 0 ? null : nodes.get(program.layers().get(t.index()));
                if (node != null) {
                    layers.add(new Layer(name + " on " + profile.id(), program.layers().get(t.index()),
                            cycles(oracle, node, profile), t.ticks() / (double) Timing.TICKS));
                }
            }
        }
    }

    /** A layer's node, and the product it may be the activation of. */
    private static double cycles(CostOracle oracle, Node node, HardwareProfile profile) {
        double own = oracle.cost(node, CostOracle.Precision.INT8, profile).cycles();
        if (own == 0 && !node.operand(0).isInput()) {
            own = oracle.cost(node.operand(0).producer(), CostOracle.Precision.INT8, profile).cycles();
        }
        return own;
    }

    List<Layer> layers() {
        return layers;
    }

    double medianError() {
        List<Double> errors = layers.stream().map(Layer::error).sorted().toList();
        return errors.get(errors.size() / 2);
    }

    /** Spearman's rank correlation, ties by mean rank. */
    double rankCorrelation() {
        double[] a = ranks(layers.stream().map(Layer::expected).toList());
        double[] b = ranks(layers.stream().map(Layer::simulated).toList());
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
