package quantwright.bench;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.quant.WeightOptions;
import quantwright.compiler.quant.WeightRange;
import quantwright.compiler.quant.WeightRounding;
import quantwright.compiler.sensitivity.SensitivityAnalysis;
import quantwright.compiler.sensitivity.SensitivityResults;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * What each quantization method gains with weights of few bits: a row for each method on top of the ones before, and a plan
 * of 8, 4 and 2 bits of half of int8's weight bytes, solved exactly by losses on calibration data. Arguments: {@code [--only
 * REGEX]} of model ids; {@code [--mixed 0]} leaves the mixed plan out; {@code [--methods 0]} all rows but the standard
 * recipe's. Progress and seconds of each row go to standard error.
 */
public final class LadderTable {
    private static final String MODELS = "^(resnet8-fp32|resnet20|resnet56|squeezenet)$";
    private static final int SENSITIVITY_SAMPLES = 32;
    private final Quantwright driver = Quantwright.discover();
    private final HardwareProfile profile = Host.profile();
    private final DiagnosticSink sink = new DiagnosticSink();
    private final CatalogueModel entry;
    private final Model real;
    private final ModelFeed calibration;
    private final ModelFeed evaluation;
    private final Predictions expected;
    private long mark = System.nanoTime();

    private LadderTable(CatalogueModel entry) throws Exception {
        this.entry = entry;
        Samples samples = Samples.of(entry).orElseThrow();
        real = driver.load(entry.path(), ImportOptions.none(), sink);
        calibration = Samples.feed(entry, samples.calibration(), real.input());
        evaluation = Samples.feed(entry, samples.evaluation(), real.input());
        expected = predictions(real);
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "mixed", "methods");
        Pattern only = Pattern.compile(arguments.text("only", MODELS));
        System.out.println("| model | method | weight bytes | f32 | top-1 | drop | same top-1 | mean KL, nats |");
        System.out.println("|---|---|" + "---:|".repeat(6));
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            if (only.matcher(model.id()).find() && ModelCatalogue.absent(model).isEmpty() && Files.exists(model.path())) {
                LadderTable table = new LadderTable(model);
                table.ladder(arguments.number("methods", 1) != 0);
                if (arguments.number("mixed", 1) != 0) {
                    table.mixed();
                }
            }
        }
    }

    private void ladder(boolean methods) {
        QuantizationOptions standard = QuantizationOptions.standard();
        row("W8A8, standard recipe", standard);
        QuantizationOptions four = standard.withPrecision(PrecisionPlan.uniform(precision("w4a8")));
        if (methods) {
            methods(four.withViews(0));
        }
        row("+ views of few samples (W4A8, standard recipe)", four);
    }

    private void methods(QuantizationOptions four) {
        WeightOptions w = new WeightOptions(true, WeightRange.MAX, WeightRounding.NEAREST, false, false);
        row("W4A8, plain rounding", four.withEqualization(false).withWeights(w));
        w = w.withRange(WeightRange.MSE);
        row("+ MSE scales", four.withEqualization(false).withWeights(w));
        row("+ equalization", four.withWeights(w));
        w = w.withBiasCorrection(true);
        row("+ bias correction", four.withWeights(w));
        row("+ GPTQ", four.withWeights(w.withRounding(WeightRounding.GPTQ)));
        row("+ descent", four.withWeights(w.withRounding(WeightRounding.DESCENT)));
        w = w.withRounding(WeightRounding.DESCENT);
        row("+ scales in turn with descent", four.withWeights(w.withRounding(WeightRounding.ALTERNATING)));
        row("descent, scales by the outputs", four.withWeights(w.withRange(WeightRange.OUTPUT)));
        row("+ sequential", four.withWeights(w.withRange(WeightRange.OUTPUT).withSequential(true)));
    }

    /** The exact search's plan of half of int8's bytes, by losses measured on calibration data. */
    private void mixed() {
        List<LayerPrecision.Integer> candidates = List.of(precision("w8a8"), precision("w4a8"), precision("w2a8"));
        SensitivityResults measured = new SensitivityAnalysis(real, calibration, SENSITIVITY_SAMPLES,
                QuantizationOptions.standard(), profile, candidates, sink).run(Optional.empty(), Progress.SILENT);
        HalfBytes half = HalfBytes.of(measured, candidates);
        row(String.format("mixed, half of int8's bytes: %d layers of 8, %d of 4, %d of 2 bits", half.counts().get(0),
                half.counts().get(1), half.counts().get(2)), QuantizationOptions.standard().withPrecision(half.plan()));
    }

    private static LayerPrecision.Integer precision(String text) {
        return (LayerPrecision.Integer) LayerPrecision.parse(text).orElseThrow();
    }

    private void row(String name, QuantizationOptions how) {
        Model quantized = real.quantize(calibration, how, profile, sink, Progress.SILENT);
        Predictions predicted = predictions(quantized);
        Agreement agreement = Agreement.of(expected, predicted, Optional.of(evaluation));
        System.err.printf("%s, %s: %.0f s%n", entry.id(), name, (System.nanoTime() - mark) * 1e-9);
        mark = System.nanoTime();
        System.out.printf("| %s | %s | %d | %.2f | %.2f | %.2f | %.2f %% | %.5f |%n", entry.id(), name,
                weightBytes(quantized), expected.accuracy(evaluation, 1), predicted.accuracy(evaluation, 1),
                agreement.paired().orElseThrow().drop(), agreement.top1Agreement(), agreement.meanDivergence());
    }

    private static long weightBytes(Model model) {
        return model.graph().nodes().stream().filter(n -> n.op().mnemonic().equals("q.conv2d")
                || n.op().mnemonic().equals("q.dense")).mapToLong(n -> n.operand(1).type().packedBytes()).sum();
    }

    private Predictions predictions(Model model) {
        return Predictions.of(Program.of(driver, model, profile, On.AUTO, sink, Progress.SILENT), evaluation,
                evaluation.size(), Progress.SILENT);
    }
}
