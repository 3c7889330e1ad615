package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.quant.ActivationBits;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.WeightBits;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/** Makes the model of any precision assignment, from statistics that are taken once. */
public final class Candidates {
    private final Model base;
    private final CalibrationStatistics statistics;
    private final QuantizationOptions how;
    private final ModelFeed data;
    private final HardwareProfile profile;
    private final LayerGraph layers;

    private Candidates(Model base, CalibrationStatistics statistics, ModelFeed data, QuantizationOptions how,
            HardwareProfile profile) {
        this.base = base;
        this.data = data;
        this.profile = profile;
        this.statistics = statistics;
        this.how = how;
        this.layers = LayerGraph.of(base.graph());
    }

    /** Calibrates a float model as {@link Model#quantize} does. */
    public static Candidates of(Model model, ModelFeed data, QuantizationOptions how, HardwareProfile profile,
            DiagnosticSink sink, Progress progress) {
        ModelFeed samples = data.withViews(how.views());
        CalibrationStatistics statistics = model.calibrate(samples, profile, sink, progress);
        if (!how.equalization()) {
            return new Candidates(model, statistics, data, how, profile);
        }
        Model equalized = model.equalized(statistics, PrecisionPlan.uniform(LayerPrecision.W8A8));
        return new Candidates(equalized, equalized.calibrate(samples, profile, sink, progress), data, how, profile);
    }

    /** The float model that is quantized. */
    public Model base() {
        return base;
    }

    /** Its layers. */
    public LayerGraph layers() {
        return layers;
    }

    /** What the quantizer knows of their activations. */
    public CalibrationStatistics statistics() {
        return statistics;
    }

    /** One precision for every layer. */
    public List<LayerPrecision> uniform(LayerPrecision precision) {
        return Collections.nCopies(layers.layers().size(), precision);
    }

    /**
     * The model of an assignment, a precision for each layer, by statistics alone: its layers are not tuned on data. The
     * float model itself where all are float.
     */
    public Model model(List<LayerPrecision> assignment) {
        if (assignment.stream().allMatch(p -> p instanceof LayerPrecision.Real)) {
            return base;
        }
        return base.quantize(statistics, how.withPrecision(plan(layers, assignment)));
    }

    /** The model of an assignment as {@link Model#quantize} makes it, its layers tuned on the calibration data. */
    public Model tuned(List<LayerPrecision> assignment, Progress progress) {
        if (assignment.stream().allMatch(p -> p instanceof LayerPrecision.Real)) {
            return base;
        }
        return base.quantize(data, how.withEqualization(false).withPrecision(plan(layers, assignment)), profile,
                new DiagnosticSink(), progress);
    }

    /** The quantizer's plan of an assignment: what follows a layer takes its activations' kind. */
    public static PrecisionPlan plan(LayerGraph layers, List<LayerPrecision> assignment) {
        TreeMap<String, LayerPrecision> entries = new TreeMap<>();
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < assignment.size(); i++) {
            LayerPrecision precision = assignment.get(i);
            LayerPrecision follower = precision instanceof LayerPrecision.Integer n && n.activations() != ActivationBits.A8
                    ? new LayerPrecision.Integer(WeightBits.W8, n.activations())
                    : precision instanceof LayerPrecision.Real ? precision : LayerPrecision.W8A8;
            if (!precision.equals(LayerPrecision.W8A8)) {
                entries.put(layers.layers().get(i).name(), precision);
            }
            if (!follower.equals(LayerPrecision.W8A8)) {
                nodes.addAll(layers.followers(i));
                nodes.forEach(n -> entries.put(n.results().getFirst().name(), follower));
                nodes.clear();
            }
        }
        return new PrecisionPlan(LayerPrecision.W8A8, entries);
    }
}
