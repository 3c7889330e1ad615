package quantwright.bench;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.DataSet;
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
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Recipes compared by cross-validation on calibration data alone, which is where settings are chosen: samples are dealt to
 * folds, the model is quantized by all folds but one and compared with the float model on that one, and on views of its
 * images, as there are few. Arguments: {@code [--only REGEX]} of model ids; {@code [--recipes REGEX]}; {@code [--precision
 * BITS]}; {@code [--folds N]}.
 */
public final class FoldTable {
    private static final String MODELS = "^squeezenet$";
    /** Views of each held-out image, itself included. */
    private static final int VIEWS = 8;
    private final Quantwright driver = Quantwright.discover();
    private final HardwareProfile profile = Host.profile();
    private final DiagnosticSink sink = new DiagnosticSink();
    private final CatalogueModel entry;
    private final Model real;
    private final int folds;

    private FoldTable(CatalogueModel entry, int folds) throws Exception {
        this.entry = entry;
        this.folds = folds;
        real = driver.load(entry.path(), ImportOptions.none(), sink);
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "recipes", "precision", "folds");
        Pattern only = Pattern.compile(arguments.text("only", MODELS));
        Pattern recipes = Pattern.compile(arguments.text("recipes", ""));
        PrecisionPlan plan = PrecisionPlan.uniform(LayerPrecision.parse(arguments.text("precision", "w4a8")).orElseThrow());
        System.out.println("| model | recipe | KL, samples used | KL, held out | same top-1, held out |");
        System.out.println("|---|---|---:|---:|---:|");
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            if (only.matcher(model.id()).find() && ModelCatalogue.absent(model).isEmpty() && Files.exists(model.path())) {
                FoldTable table = new FoldTable(model, (int) arguments.number("folds", 3));
                for (Map.Entry<String, QuantizationOptions> recipe : recipes().entrySet()) {
                    if (recipes.matcher(recipe.getKey()).find()) {
                        table.row(recipe.getKey(), recipe.getValue().withPrecision(plan));
                    }
                }
            }
        }
    }

    private static Map<String, QuantizationOptions> recipes() {
        QuantizationOptions standard = QuantizationOptions.standard();
        WeightOptions weights = standard.weights();
        Map<String, QuantizationOptions> recipes = new LinkedHashMap<>();
        recipes.put("standard", standard);
        recipes.put("no views", standard.withViews(0));
        recipes.put("scales by the weights alone", standard.withWeights(weights.withRange(WeightRange.MSE)));
        recipes.put("no equalization", standard.withEqualization(false));
        recipes.put("no descent", standard.withWeights(weights.withRounding(WeightRounding.GPTQ)));
        recipes.put("scales in turn", standard.withWeights(weights.withRounding(WeightRounding.ALTERNATING)));
        recipes.put("not sequential", standard.withWeights(weights.withSequential(false)));
        return recipes;
    }

    private void row(String name, QuantizationOptions how) throws Exception {
        DataSet all = Samples.of(entry).orElseThrow().calibration();
        int size = (int) all.size();
        double used = 0;
        double held = 0;
        double same = 0;
        for (int f = 0; f < folds; f++) {
            int fold = f;
            ModelFeed tuning = feed(all, IntStream.range(0, size).filter(i -> i % folds != fold).toArray());
            ModelFeed rest = feed(all, IntStream.range(0, size).filter(i -> i % folds == fold).toArray());
            Model quantized = real.quantize(tuning, how, profile, sink, Progress.SILENT);
            used += agreement(quantized, tuning).meanDivergence() * tuning.size();
            Agreement out = agreement(quantized, rest.withViews(VIEWS * rest.size()));
            held += out.meanDivergence() * rest.size();
            same += out.top1Agreement() * rest.size();
        }
        System.out.printf("| %s | %s | %.5f | %.5f | %.2f %% |%n", entry.id(), name, used / size / (folds - 1),
                held / size, same / size);
    }

    private ModelFeed feed(DataSet all, int[] chosen) throws Exception {
        return Samples.feed(entry, new Samples.Chosen(all, chosen), real.input());
    }

    private Agreement agreement(Model quantized, ModelFeed feed) {
        return Agreement.of(predictions(real, feed), predictions(quantized, feed), Optional.empty());
    }

    private Predictions predictions(Model model, ModelFeed feed) {
        return Predictions.of(Program.of(driver, model, profile, On.AUTO, sink, Progress.SILENT), feed, feed.size(),
                Progress.SILENT);
    }
}
