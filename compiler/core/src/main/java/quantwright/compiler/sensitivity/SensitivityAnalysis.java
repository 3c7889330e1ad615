package quantwright.compiler.sensitivity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.evaluate.Divergence;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.TunedLayers;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Sha256;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.pass.GraphCopy;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.type.QuantizedType;
import quantwright.profiles.HardwareProfile;

/**
 * Measures what each layer costs at each candidate precision, with the profile's generated code. For each layer the float
 * model, the model with only this layer quantized, and the model quantized but for this layer run over the samples, one
 * sample at a time. Weights are tuned on the calibration data as the recipe says, each layer by itself: {@link TunedLayers}
 * shares one calibration pass between all measurements. What sequential order adds depends on the whole plan, so the model
 * with every layer at one precision is measured both as it is put together of these layers and as it is compiled.
 *
 * <p>What is measured is held out: ranges are found and layers are tuned on the other samples. On samples that weights were
 * tuned on, few bits look several times better than they are.
 *
 * <p>The second-order estimate needs no gradients: the divergence of a model's outputs has no first-order term where the
 * perturbation is none, and its Hessian is the Fisher information F. With weights moved by +-d each at random the expected
 * divergence is half of d^2 times the trace of F (M. Hutchinson, 1989); the mean of F over the weights times the squared
 * rounding error is the estimate of Z. Dong et al., "HAWQ-V2: Hessian aware trace-weighted quantization of neural
 * networks", NeurIPS 2020. Steps d are in proportion to each output's greatest weight, as quantization's are.
 */
public final class SensitivityAnalysis {
    /** Share of an output's greatest weight that the weights of a probe move by. */
    private static final double PROBE = 1.0 / 128;
    private final Model model;
    /** At least this many times the samples that are measured on. */
    private static final int HELD_OUT_SHARE = 3;
    private final ModelFeed feed;
    private final ModelFeed tuning;
    private final int samples;
    private final QuantizationOptions how;
    private final HardwareProfile profile;
    private final List<LayerPrecision.Integer> candidates;
    private final DiagnosticSink sink;
    private Model base;
    private CalibrationStatistics statistics;
    private TunedLayers tuned;
    private final Map<String, Double> curvatures = new HashMap<>();
    private float[][] expected;

    /**
     * An analysis.
     *
     * @param model a float model
     * @param feed samples that are divided: on some it is measured, on the others ranges are found and layers tuned
     * @param samples measure on so many of the last, but at most a third; on the one sample if there is but one
     * @param how the recipe; its precision plan is not used
     * @param candidates precisions to measure each layer at
     * @param sink takes a warning when the interpreter stands in for native code
     */
    public SensitivityAnalysis(Model model, ModelFeed feed, long samples, QuantizationOptions how, HardwareProfile profile,
            List<LayerPrecision.Integer> candidates, DiagnosticSink sink) {
        this.model = model;
        this.feed = feed;
        this.samples = Math.toIntExact(Math.clamp(feed.size() / HELD_OUT_SHARE, 1, Math.max(1, samples)));
        this.tuning = feed.first(Math.max(1, feed.size() - this.samples));
        this.how = how;
        this.profile = profile;
        this.candidates = List.copyOf(candidates);
        this.sink = sink;
    }

    /** How many samples are measured on. */
    public int samples() {
        return samples;
    }

    /**
     * Measures what the file does not hold yet, writing it after each measurement.
     *
     * @param file results file, made if there is none; empty to keep nothing
     * @throws UserErrorException if the file holds other results, or the data does not fit the model
     * @throws CancellationException if the thread is interrupted; the file holds what was measured
     */
    public SensitivityResults run(Optional<Path> file, Progress progress) {
        QuantizationOptions recipe = how.withPrecision(PrecisionPlan.uniform(LayerPrecision.W8A8));
        SensitivityResults results = new SensitivityResults(Sha256.hex(QirPrinter.print(model.graph())
                .getBytes(StandardCharsets.UTF_8)), dataHash(), recipe + ", measured on " + samples + " samples held out",
                new TreeMap<>(), new TreeMap<>(), List.of());
        if (file.isPresent() && Files.exists(file.get())) {
            SensitivityResults old = SensitivityResults.read(file.get());
            if (!old.isOfSame(results)) {
                throw new UserErrorException(SensitivityDiagnostic.OTHER_RESULTS, Location.file(file.get()),
                        "it was measured on model " + old.model().substring(0, Math.min(12, old.model().length())));
            }
            results = old;
        }
        List<Node> layers = PrecisionPlan.layers(model.graph());
        if (layers.isEmpty()) {
            throw new UserErrorException(SensitivityDiagnostic.NO_LAYERS, Location.UNKNOWN, model.graph().name());
        }
        for (LayerPrecision.Integer precision : candidates) {
            if (!results.compiled().containsKey(precision.text())) {
                prepare(progress);
                results = wholeModel(results, precision, progress);
                keep(results, file);
            }
        }
        int done = 0;
        for (Node layer : layers) {
            progress.update("measuring layers", done++, layers.size());
            for (LayerPrecision.Integer precision : candidates) {
                if (results.find(layer.result().name(), precision.text()).isEmpty()) {
                    prepare(progress);
                    results = add(results, layer.result().name(), precision, layers);
                    keep(results, file);
                }
            }
        }
        progress.update("measuring layers", done, done);
        return results;
    }

    private static void keep(SensitivityResults results, Optional<Path> file) {
        file.ifPresent(results::write);
    }

    private void prepare(Progress progress) {
        if (base != null) {
            return;
        }
        ModelFeed views = tuning.withViews(how.views());
        statistics = model.calibrate(views, profile, sink, progress);
        base = model;
        if (how.equalization()) {
            base = model.equalized(statistics, PrecisionPlan.uniform(LayerPrecision.W8A8));
            statistics = base.calibrate(views, profile, sink, progress);
        }
        tuned = base.tunedLayers(views, statistics, how, candidates, profile, sink, progress);
        expected = new float[samples][];
        try (Executor executor = base.executor(profile, sink, Progress.SILENT)) {
            for (int s = 0; s < expected.length; s++) {
                expected[s] = Divergence.scores(executor.run(heldOut(s)).getFirst());
            }
        }
    }

    /** Adds what every layer at one precision costs. */
    private SensitivityResults wholeModel(SensitivityResults results, LayerPrecision.Integer precision, Progress progress) {
        PrecisionPlan everywhere = PrecisionPlan.uniform(precision);
        SortedMap<String, Double> uniform = new TreeMap<>(results.uniform());
        SortedMap<String, Double> compiled = new TreeMap<>(results.compiled());
        uniform.put(precision.text(), divergence(quantized(everywhere)));
        compiled.put(precision.text(), divergence(model.quantize(tuning, how.withPrecision(everywhere), profile, sink,
                progress).graph()));
        return new SensitivityResults(results.model(), results.data(), results.recipe(), uniform, compiled,
                results.layers());
    }

    private SensitivityResults add(SensitivityResults results, String name, LayerPrecision.Integer precision,
            List<Node> layers) {
        Node layer = PrecisionPlan.layers(base.graph()).stream().filter(n -> n.result().name().equals(name)).findFirst()
                .orElseThrow();
        double perSquare = curvatures.computeIfAbsent(name, _ -> {
            Probe probe = Probe.of(base.graph(), layer);
            return divergence(probe.graph) / probe.squares;
        });
        Graph alone = quantized(PrecisionPlan.uniform(new LayerPrecision.Real()).with(name, precision));
        Alone measured = alone(alone, name);
        List<LayerSensitivity> all = new ArrayList<>(results.layers());
        all.add(new LayerSensitivity(name, precision.text(), layer.operand(1).type().shape().elementCount(), measured.sqnr,
                measured.divergence, measured.flipped, divergence(quantized(PrecisionPlan.uniform(precision).with(name,
                        new LayerPrecision.Real()))), perSquare * squaredError(layer, alone)));
        List<String> order = layers.stream().map(n -> n.result().name()).toList();
        List<String> texts = candidates.stream().map(LayerPrecision::text).toList();
        all.sort(java.util.Comparator.<LayerSensitivity>comparingInt(l -> order.indexOf(l.layer()))
                .thenComparingInt(l -> texts.indexOf(l.precision())).thenComparing(LayerSensitivity::precision));
        return new SensitivityResults(results.model(), results.data(), results.recipe(), results.uniform(),
                results.compiled(), all);
    }

    private Graph quantized(PrecisionPlan plan) {
        return base.quantize(tuned, plan).graph();
    }

    private double divergence(Graph graph) {
        double sum = 0;
        try (Executor executor = base.executor(graph, profile, sink)) {
            for (int s = 0; s < expected.length; s++) {
                sum += Divergence.of(expected[s], Divergence.scores(executor.run(heldOut(s)).getFirst()));
            }
        }
        return sum / expected.length;
    }

    private record Alone(double divergence, double flipped, double sqnr) {
    }

    private Alone alone(Graph graph, String layer) {
        double divergence = 0;
        int flipped = 0;
        double signal = 0;
        double noise = 0;
        try (Executor real = base.executor(showing(base.graph(), layer), profile, sink);
                Executor integer = base.executor(showing(graph, layer), profile, sink)) {
            for (int s = 0; s < expected.length; s++) {
                float[] wanted = real.run(heldOut(s)).getLast().floats();
                List<Tensor> outputs = integer.run(heldOut(s));
                float[] got = outputs.getLast().floats();
                for (int i = 0; i < wanted.length; i++) {
                    signal += (double) wanted[i] * wanted[i];
                    noise += ((double) wanted[i] - got[i]) * ((double) wanted[i] - got[i]);
                }
                float[] scores = Divergence.scores(outputs.getFirst());
                divergence += Divergence.of(expected[s], scores);
                flipped += Divergence.top1(scores) == Divergence.top1(expected[s]) ? 0 : 1;
            }
        }
        return new Alone(divergence / expected.length, 100.0 * flipped / expected.length,
                10 * Math.log10(signal / Math.max(noise, Double.MIN_NORMAL)));
    }

    /** The graph with one more output: a layer's result. */
    private static Graph showing(Graph graph, String layer) {
        Graph copy = GraphCopy.of(graph);
        Value shown = copy.nodes().stream().flatMap(n -> n.results().stream()).filter(v -> v.name().equals(layer))
                .findFirst().orElseThrow();
        copy.addOutput(layer + ".shown", shown);
        return copy;
    }

    /** Sum of the squared rounding errors of a layer's weights. */
    private static double squaredError(Node layer, Graph quantized) {
        float[] w = constant(layer).floats();
        for (Node node : quantized) {
            boolean product = node.op().mnemonic().equals("q.conv2d") || node.op().mnemonic().equals("q.dense");
            if (product) {
                // Only this layer is an integer product.
                Tensor q = constant(node);
                QuantizedType type = q.type().quantized();
                int per = w.length / q.type().dim(0);
                double sum = 0;
                for (int i = 0; i < w.length; i++) {
                    double e = (double) type.scale(type.scaleCount() == 1 ? 0 : i / per) * q.integer(i) - w[i];
                    sum += e * e;
                }
                return sum;
            }
        }
        throw new IllegalStateException(layer + " did not become integer");
    }

    private static Tensor constant(Node layer) {
        return ((Constant) layer.operand(1).producer().op()).data().toTensor();
    }

    /** A float graph in which the weights of one layer are moved at random, and by how much in all. */
    private record Probe(Graph graph, double squares) {
        static Probe of(Graph graph, Node layer) {
            Tensor w = constant(layer);
            float[] values = w.floats();
            int per = values.length / w.type().dim(0);
            Random random = new Random(values.length);
            double squares = 0;
            for (int from = 0; from < values.length; from += per) {
                double widest = 0;
                for (int i = from; i < from + per; i++) {
                    widest = Math.max(widest, Math.abs(values[i]));
                }
                for (int i = from; i < from + per; i++) {
                    float moved = (float) (values[i] + (random.nextBoolean() ? PROBE : -PROBE) * widest);
                    squares += ((double) moved - values[i]) * ((double) moved - values[i]);
                    values[i] = moved;
                }
            }
            Node constant = layer.operand(1).producer();
            return new Probe(GraphCopy.of(graph, n -> n == constant ? new Constant(ConstantData.of(w)) : n.op()),
                    Math.max(squares, Double.MIN_NORMAL));
        }
    }

    /** Inputs of a sample that is measured on. */
    private List<Tensor> heldOut(long sample) {
        return inputs(feed.size() - samples + sample);
    }

    private List<Tensor> inputs(long sample) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the analysis was cancelled");
        }
        try {
            return feed.inputs(sample);
        } catch (FormatException e) {
            throw e.toUserError();
        }
    }

    private String dataHash() {
        try {
            return feed.hash();
        } catch (FormatException e) {
            throw e.toUserError();
        }
    }
}
