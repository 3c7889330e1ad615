package quantwright.tests.differential;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.catalogue.RandomData;

/**
 * A model of the catalogue as it comes and, if that is float, quantized to int8; with samples, random where the
 * catalogue has none.
 *
 * @param models one or two
 * @param feed   samples, at least four
 * @param isRandom whether the samples are random
 */
public record CatalogueVariants(List<Model> models, ModelFeed feed, boolean isRandom) {
    private static final int SAMPLES = 4;
    private static final long LARGE = 1_000_000_000L;

    /** Loads a model, or skips the running test when its files are absent. */
    public static CatalogueVariants of(CatalogueModel entry) throws FormatException {
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Model model = Quantwright.discover().load(entry.path(), ImportOptions.none(), new DiagnosticSink());
        PreparedData data = entry.data().isPresent() ? entry.evaluationData()
                : new PreparedData(new RandomData(model.input(), SAMPLES), Preprocessing.none(), entry.inputType());
        ModelFeed feed = new ModelFeed(data, model.input()).first(SAMPLES);
        List<Model> models = model.isQuantized() ? List.of(model) : List.of(model, quantized(model, feed));
        return new CatalogueVariants(models, feed, entry.data().isEmpty());
    }

    private static Model quantized(Model model, ModelFeed feed) {
        QuantizationOptions standard = QuantizationOptions.standard();
        // Which weights they are does not matter here; tuning and views take time and memory.
        return model.quantize(feed, standard.withWeights(standard.weights().untuned()).withViews(0),
                new ProfileCatalogue().find("x86-avx512-vnni"), new DiagnosticSink(), Progress.SILENT);
    }

    /** Whether it takes the interpreter seconds. */
    public boolean isLarge() {
        return models.getFirst().plan(new ProfileCatalogue().find("x86-avx512-vnni")).stream()
                .mapToLong(s -> s.macs()).sum() > LARGE;
    }
}
