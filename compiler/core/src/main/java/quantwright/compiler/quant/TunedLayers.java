package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.ir.Graph;
import quantwright.ir.Node;

/**
 * The layers of a float model, each tuned on calibration data at each of several precisions, by what it reads in the float
 * model. The moments of a layer's inputs serve all precisions, so that any plan over these precisions is then put together
 * without touching data. What sequential order adds, making good for the errors of the layers before, depends on the whole
 * plan and is left out.
 */
public final class TunedLayers {
    private final Graph source;
    private final CalibrationStatistics statistics;
    private final QuantizationOptions options;
    private final Map<Node, Map<LayerPrecision, StoredWeights>> tuned = new HashMap<>();

    private TunedLayers(Graph source, CalibrationStatistics statistics, QuantizationOptions options) {
        this.source = source;
        this.statistics = statistics;
        this.options = options.withWeights(options.weights().withSequential(false));
    }

    /**
     * Tunes every layer at every precision.
     *
     * @param source normalized float graph whose values all have names
     * @param statistics of its activations, by name
     * @param options the recipe; its precision plan is not used
     * @param executors makes an executor of a graph
     * @param feed calibration samples; as many of the first are used as memory allows
     */
    public static TunedLayers of(Graph source, CalibrationStatistics statistics, QuantizationOptions options,
            List<LayerPrecision.Integer> precisions, Function<Graph, Executor> executors, ModelFeed feed,
            Progress progress) {
        TunedLayers layers = new TunedLayers(source, statistics, options);
        if (!precisions.isEmpty() && LayerTuner.isNeeded(layers.options.weights())) {
            layers.tune(precisions, executors, feed, progress);
        }
        return layers;
    }

    private void tune(List<LayerPrecision.Integer> precisions, Function<Graph, Executor> executors, ModelFeed feed,
            Progress progress) {
        List<QuantizedGraph> graphs = precisions.stream().map(p -> quantized(PrecisionPlan.uniform(p))).toList();
        LayerTuner tuner = new LayerTuner(source, graphs.getFirst(), options, executors, LayerTuner.inputs(source, feed));
        List<Node> all = new ArrayList<>(graphs.getFirst().layers().keySet());
        for (int i = 0; i < all.size(); i++) {
            progress.update("tuning layers", i, all.size());
            Node real = all.get(i);
            LayerMoments[] moments = tuner.moments(LayerColumns.of(real), real.operand(0), null);
            Map<LayerPrecision, StoredWeights> of = new HashMap<>();
            for (int p = 0; p < precisions.size(); p++) {
                of.put(precisions.get(p), tuner.tuned(real, graphs.get(p).layers().get(real), precisions.get(p).weights(),
                        moments));
            }
            tuned.put(real, of);
        }
        progress.update("tuning layers", all.size(), all.size());
    }

    private QuantizedGraph quantized(PrecisionPlan plan) {
        return GraphQuantizer.quantizeLayers(source, statistics, options.withPrecision(plan));
    }

    /**
     * The QUANT graph of a plan.
     *
     * @param plan gives each layer one of the precisions that were tuned, or leaves it float
     */
    public Graph quantize(PrecisionPlan plan) {
        QuantizedGraph quantized = quantized(plan);
        quantized.layers().forEach((real, integer) -> {
            StoredWeights weights = tuned.getOrDefault(real, Map.of()).get(plan.of(real));
            if (weights != null) {
                LayerTuner.replace(quantized.graph(), integer, weights);
            }
        });
        return quantized.graph();
    }
}
